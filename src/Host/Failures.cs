using VaeGpu.Kernels.Devices;
using VaeGpu.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>Turns exceptions into one line for the person and an exit code.</summary>
internal static class Failures
{
    public static int Report(TextWriter error, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (UsageException e)
        {
            error.WriteLine($"error: {e.Message}");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return ExitCode.Stopped;
        }
        catch (Exception e)
        {
            error.WriteLine($"error: {Describe(e)}");
            return ExitCode.Failed;
        }
    }

    private static string Describe(Exception e) => e switch
    {
        DataException or RunException or TrainingDivergedException or DeviceNotFoundException => e.Message,
        IOException or UnauthorizedAccessException => e.Message,
        _ when Backend.IsOfDevice(e) => e.Message,
        OutOfMemoryException => $"{e.Message} Use a smaller batch or model.",
        _ => $"{e.Message} ({e.GetType().Name})",
    };
}
