using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Checks;

namespace VaeGpu.Host;

/// <summary>Checks a device: a line for each formula and each kernel that fails, and a line on the whole.</summary>
internal static class CheckProgram
{
    /// <param name="accelerator">The device.</param>
    /// <param name="spec">What names it.</param>
    /// <param name="seed">Seed of the kernels' inputs.</param>
    /// <param name="passed">Where the result is remembered.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(
        Accelerator accelerator, DeviceSpec spec, int seed, CheckedDevices passed, Terminal terminal, CancellationToken stop)
    {
        TextWriter output = terminal.Output;
        output.WriteLine($"device  {accelerator.Name}");
        bool formulasHold = Formulas(accelerator, output, stop), kernelsAgree = Kernels(accelerator, seed, output, stop);
        if (formulasHold && kernelsAgree)
        {
            passed.Add(accelerator);
            output.WriteLine("passed: every formula holds and every kernel agrees");
            return ExitCode.Done;
        }
        passed.Remove(accelerator);
        string remedy = spec.Kind?.WithIlgpu is { } other
            ? $" Try --device {spec with { Kind = other }}, which uses ILGPU's own compiler."
            : "";
        Failures.Tell(terminal.Error, $"error: {accelerator.Name} (--device {spec}) does not pass the check.{remedy}");
        return ExitCode.Failed;
    }

    private static bool Formulas(Accelerator accelerator, TextWriter output, CancellationToken stop)
    {
        output.WriteLine($"{"subject",-22}{"check",-44}{"error",10}{"bound",10}");
        int failed = 0;
        try
        {
            foreach (var check in FormulaChecks.Run(accelerator))
            {
                stop.ThrowIfCancellationRequested();
                failed += check.Passed ? 0 : 1;
                output.WriteLine(FormattableString.Invariant(
                    $"{check.Subject,-22}{check.Check,-44}{check.Error,10:0.0e+0}{check.Bound,10:0.0e+0}{(check.Passed ? "" : "  FAILED")}"));
            }
        }
        catch (Exception e) when (Backend.IsOfDevice(e))
        {
            output.WriteLine($"FAILED  {e.Message}");
            return false;
        }
        output.WriteLine(failed == 0 ? "every formula holds" : $"{failed} formulas do not hold");
        return failed == 0;
    }

    private static bool Kernels(Accelerator accelerator, int seed, TextWriter output, CancellationToken stop)
    {
        output.WriteLine($"kernels on random inputs (--seed {seed}), bit for bit against the processor:");
        var counts = KernelChecks.Run(
            accelerator, seed, KernelChecks.SizesFor(accelerator),
            failure => output.WriteLine($"FAILED  {failure.Kernel}: {failure.Fault}"), stop);
        output.WriteLine(FormattableString.Invariant(
            $"{counts.Kernels - counts.Failed} of {counts.Kernels} kernels agree, in {counts.Launches} launches"));
        if (Backend.HasTensorCores(accelerator))
            output.WriteLine("not compared: kernels for tensor cores (--precision tf32, bf16), which add in an order of their own");
        return counts.Failed == 0;
    }
}
