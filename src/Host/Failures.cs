using VaeGpu.Training;
using VaeGpu.Training.Diagnostics.OwnKernels;

namespace VaeGpu.Host;

/// <summary>Turns exceptions into one line for the person and an exit code.</summary>
internal static class Failures
{
    /// <param name="error">The error stream.</param>
    /// <param name="run">What may fail.</param>
    /// <param name="who">Who failed, where there are several, with a colon.</param>
    public static int Report(TextWriter error, Func<int> run, string who = "")
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is UsageException or LaunchSizesException)
        {
            Tell(error, $"error: {who}{e.Message}");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            Tell(error, "Stopped.");
            return ExitCode.Stopped;
        }
        catch (Exception e)
        {
            Tell(error, $"error: {who}{(FileHandles.AreFew() ? FileHandles.Remedy : Describe(e))}");
            return ExitCode.Failed;
        }
    }

    /// <summary>Writes a line; where the person closed the error stream the exit code is all that there is to tell.</summary>
    public static void Tell(TextWriter error, string line)
    {
        try
        {
            error.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string Describe(Exception e) => e switch
    {
        DataException or RunException or KernelAssemblyException or TrainingDivergedException or DeviceNotFoundException => e.Message,
        IOException or UnauthorizedAccessException => e.Message,
        _ when Backend.IsOfDevice(e) => e.Message,
        TypeInitializationException { InnerException: { } inner } => Describe(inner),
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        OutOfMemoryException => $"{e.Message} Use a smaller --batch, smaller layers (--hidden, --channels) or fewer examples.",
        _ => $"{e.Message} ({e.GetType().Name})",
    };
}
