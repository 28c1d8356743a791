namespace VaeGpu.Host;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Something failed; the reason is on the error stream.</summary>
    public const int Failed = 1;

    /// <summary>The command line asks for something that cannot be.</summary>
    public const int Usage = 2;

    /// <summary>The loss of its terminal stopped it, cleanly: 128 + SIGHUP.</summary>
    public const int HungUp = 129;

    /// <summary>Ctrl-C stopped it, cleanly: 128 + SIGINT, as shells expect.</summary>
    public const int Stopped = 130;

    /// <summary>A request to terminate stopped it, cleanly: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
