using System.CommandLine;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Checks;

namespace VaeGpu.Host.Commands;

/// <summary>The command "check": proves the formulas on a device, a line for each.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("check",
            "Holds every likelihood and KL on a device against its definition: values, gradients, normalisation, samples.")
        {
            device, threads,
        };
        command.SetAction(result =>
        {
            using var backend = Backend.Open(result.GetRequiredValue(device), result.GetValue(threads));
            terminal.Output.WriteLine($"device  {backend.Accelerator.Name}");
            terminal.Output.WriteLine($"{"subject",-22}{"check",-44}{"error",10}{"bound",10}");
            var failed = 0;
            foreach (var check in FormulaChecks.Run(backend.Accelerator))
            {
                stop.ThrowIfCancellationRequested();
                failed += check.Passed ? 0 : 1;
                terminal.Output.WriteLine(FormattableString.Invariant(
                    $"{check.Subject,-22}{check.Check,-44}{check.Error,10:0.0e+0}{check.Bound,10:0.0e+0}{(check.Passed ? "" : "  FAILED")}"));
            }
            terminal.Output.WriteLine(failed == 0 ? "every formula holds" : $"{failed} checks failed");
            return failed == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
