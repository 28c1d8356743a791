using VaeGpu.Training.Diagnostics.Checks;

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
        KernelCheckCounts kernels = Kernels(accelerator, seed, output, stop);
        // A device that is out of order may never answer again.
        bool formulasHold = kernels.IsComplete && Formulas(accelerator, output, stop);
        if (formulasHold && kernels.Passed)
        {
            passed.Add(accelerator);
            output.WriteLine("passed: every kernel agrees and every formula holds");
            return ExitCode.Done;
        }
        passed.Remove(accelerator);
        string remedy = spec.Kind?.WithIlgpu is { } other
            ? $" Try --device {spec with { Kind = other }}, which uses ILGPU's own compiler."
            : "";
        Failures.Tell(terminal.Error, $"error: {accelerator.Name} (--device {spec}) does not pass the check.{remedy}");
        return ExitCode.Failed;
    }

    private static KernelCheckCounts Kernels(Accelerator accelerator, int seed, TextWriter output, CancellationToken stop)
    {
        output.WriteLine($"kernels on random inputs (--seed {seed}), bit for bit against the processor:");
        var counts = KernelChecks.Run(
            accelerator, seed, KernelChecks.SizesFor(accelerator),
            failure => output.WriteLine($"FAILED  {failure.Kernel}: {failure.Fault}"), stop);
        output.WriteLine(FormattableString.Invariant(
            $"{counts.Kernels - counts.Failed} of {counts.Kernels} kernels agree, in {counts.Launches} launches"));
        if (!counts.IsComplete)
            output.WriteLine("the rest could not be checked: the device cannot continue after this failure");
        else if (Backend.HasTensorCores(accelerator))
            output.WriteLine("kernels for tensor cores (--precision tf32, bf16) add in a different order: the table has their errors");
        return counts;
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
                string verdict = check.Passed ? "" : "  FAILED";
                output.WriteLine(FormattableString.Invariant(
                    $"{check.Subject,-22}{check.Check,-44}{check.Error,10:0.0e+0}{check.Bound,10:0.0e+0}{verdict}"));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            output.WriteLine($"FAILED  {e.GetBaseException().Message}");
            return false;
        }
        output.WriteLine(failed == 0 ? "every formula holds" : $"{failed} formulas do not hold");
        return failed == 0;
    }
}
