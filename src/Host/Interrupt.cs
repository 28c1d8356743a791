using System.Runtime.InteropServices;

namespace VaeGpu.Host;

/// <summary>Turns Ctrl-C, a request to terminate or the loss of the terminal into a cancelled token; a second ends the process.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    public CancellationToken Token => source.Token;

    /// <summary>What a command that was stopped returns: 128 and the signal's number, as shells expect.</summary>
    public int ExitCode { get; private set; } = Host.ExitCode.Stopped;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = !source.IsCancellationRequested;
        if (context.Cancel)
            ExitCode = context.Signal switch
            {
                PosixSignal.SIGTERM => Host.ExitCode.Terminated,
                PosixSignal.SIGHUP => Host.ExitCode.HungUp,
                _ => Host.ExitCode.Stopped,
            };
        source.Cancel();
    }
}
