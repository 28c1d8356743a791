using VaeGpu.Training.Diagnostics.Tuning;

namespace VaeGpu.Host;

/// <summary>The command "tune": a table for each tunable, the choice, and where it is stored.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="stored">Where choices are stored.</param>
/// <param name="terminal">Where to write.</param>
internal sealed class TuneProgram(Accelerator accelerator, TunedDevices stored, Terminal terminal)
{
    private const int PassColumns = 16, ProductColumns = 44;

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(ModelConfiguration model, int batch, bool quick, CancellationToken stop)
    {
        if (DeviceKind.Of(accelerator) is { IsForChecking: true } kind)
            throw new UsageException($"--device {kind.Name} is for checking kernels, and runs them slowly; tune a device for training.");
        if (stored.Read(accelerator).Problem is { } problem)
            terminal.Error.WriteLine($"note: \"{stored.PathOf(accelerator)}\" is ignored: {problem}");
        DeviceTuning builtIn = DeviceTuning.BuiltIn(accelerator);
        Line($"device  {accelerator.Name}");
        Line(FormattableString.Invariant($"model   {RequestedModel.InWords(model)}, batch {batch}"));
        Line($"table   {Tunable.Values(builtIn)} (built in)");
        TuningResult result = Tuner.Run(accelerator, model, batch, quick, Show, stop);
        Line("");
        if (result.Gain is null)
        {
            bool wasStored = stored.Remove(accelerator);
            Line($"The built-in choice stays: nothing is faster beyond the spread.{(wasStored ? " What was stored is removed." : "")}");
            return ExitCode.Done;
        }
        stop.ThrowIfCancellationRequested();
        stored.Write(accelerator, result.Choice);
        Line($"table   {Tunable.Values(result.Choice)}");
        Line($"gain    {result.Gain} for all products and convolutions of a training step, measured again");
        Line($"stored  {stored.PathOf(accelerator)}");
        return ExitCode.Done;
    }

    /// <summary>Removes the device's choice.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Reset()
    {
        string path = stored.PathOf(accelerator);
        Line(stored.Remove(accelerator) ? $"removed {path}" : $"Nothing is stored for {accelerator.Name}.");
        return ExitCode.Done;
    }

    private void Show(TuningFinding finding)
    {
        Tunable tunable = finding.Tunable;
        Line("");
        Line($"{$"{tunable.Name}, built in {tunable.Value(finding.BuiltIn)}",-(PassColumns + ProductColumns)}{"count",6}{"GFLOP/s",9}"
            + $"{"best other",12}  times as fast");
        foreach (ProductFinding product in finding.Products)
        {
            string speed = (product.FlopsPerSecond / 1e9).ToString("0.0", CultureInfo.InvariantCulture);
            Line($"{Words(product.Product.Pass),-PassColumns}{product.Product,-ProductColumns}{product.Count,6}{speed,9}"
                + $"{tunable.Value(product.Best),12}  {product.Gain}");
        }
        string what = finding.Choice == finding.BuiltIn ? "within the spread, or slower" : "chosen";
        Line($"{"together",-(PassColumns + ProductColumns)}{"",15}{tunable.Value(finding.Best),12}  {finding.Gain}: {what}");
    }

    private static string Words(Enum pass) => OptionName.Of(pass).Replace('-', ' ');

    private void Line(string text) => terminal.Output.WriteLine(text);
}
