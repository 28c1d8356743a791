using VaeGpu.Kernels.Launchers;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host;

/// <summary>What fusions buy, as lines of text.</summary>
internal static class FusionTable
{
    private const int NameColumns = 34;

    /// <summary>The heading of every table.</summary>
    public static string Heading { get; } =
        $"  {"without",-NameColumns}{"launches",9}{"bytes",9}{"µs",10}{"middle half",18}{"fused is",10}{"middle half",16}{"predicted",11}";

    /// <summary>The name of what a row goes without.</summary>
    public static string NameOf(FusionStep step, FusionGain gain) => gain.Fusion switch
    {
        Fusion.None => step.IsOneCall ? "graph of all launches" : "recorded step (no graphs here)",
        Fusion.LinearActivation => "linear + bias + activation",
        Fusion.ConvolutionActivation => "convolution + bias + activation",
        Fusion.ActivationGradient => "input gradient · f'",
        Fusion.Reparameterization => "reparameterization + KL",
        Fusion.LossGradient => "loss + gradient",
        Fusion.Optimizer => "clipping + decay + Adam",
        Fusion.BinarizedBatch => "gathering + binarization",
        Fusion.StepEnd => "sums of losses + counters",
        _ => "any fusion",
    };

    /// <summary>A row for each fusion of a step, and why it loses where it does.</summary>
    public static IEnumerable<string> Lines(FusionStep step)
    {
        yield return $"  {"(all fused)",-NameColumns}{step.Launches,9}{Bytes(step.Bytes),9}{Micro(step.Seconds)}";
        foreach (FusionGain gain in step.Gains)
        {
            string predicted = gain.Predicted is { } ratio ? Text($"{ratio:0.000} ×") : "–";
            string half = Text($"({gain.Speedup.Low:0.000}–{gain.Speedup.High:0.000})");
            yield return $"  {NameOf(step, gain),-NameColumns}{gain.Launches,9}{Bytes(gain.Bytes),9}{Micro(gain.Seconds)}"
                + Text($"{gain.Speedup.Median,8:0.000} ×{half,16}{predicted,11}");
        }
        foreach (FusionGain gain in step.Gains.Where(gain => gain.Loses))
            yield return Reason(gain, step);
    }

    private static string Reason(FusionGain gain, FusionStep step)
    {
        string name = NameOf(step, gain);
        if (gain.IsRecording)
            return $"  {name} loses: its replay takes longer than {gain.Launches} single launches.";
        string saved = Text($"{gain.Launches - step.Launches} launches and {Bytes(gain.Bytes - step.Bytes)} bytes");
        string times = Text($"{gain.FusedSeconds * 1e6:0.0} µs fused, {gain.UnfusedSeconds * 1e6:0.0} µs unfused");
        return gain.FusedSeconds > gain.UnfusedSeconds
            ? $"  {name} loses: its kernels take {times}. The {saved} that it saves cost less than what the fused code "
                + "loses."
            : $"  {name} loses, although its kernels take {times}: other launches of the step are slower.";
    }

    private static string Micro(Spread seconds) =>
        Text($"{seconds.Median * 1e6,10:0.0}") + $"{Text($"({seconds.Low * 1e6:0.0}–{seconds.High * 1e6:0.0})"),18}";

    private static string Bytes(long bytes) => Text($"{bytes / 1e6:0.00}M");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
