using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>
/// The process's handlers of signals, which are put back at the end: libraries of networks have their own for what the runtime makes
/// exceptions of, and end the process there.
/// </summary>
internal sealed unsafe class SignalHandlers : IDisposable
{
    /// <summary>More than a <c>struct sigaction</c> has on any system.</summary>
    private const int HandlerBytes = 512;

    /// <summary>SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGBUS of Linux, SIGFPE, SIGBUS of macOS, SIGSEGV, SIGTERM.</summary>
    private static readonly int[] signals = [2, 3, 4, 6, 7, 8, .. OperatingSystem.IsMacOS() ? [10] : (int[])[], 11, 15];

    private readonly byte* handlers = (byte*)NativeMemory.AllocZeroed((nuint)(signals.Length * HandlerBytes));

    /// <summary>Takes the handlers down.</summary>
    public SignalHandlers()
    {
        for (int i = 0; i < signals.Length; i++)
            sigaction(signals[i], null, handlers + i * HandlerBytes);
    }

    /// <summary>Puts them back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < signals.Length; i++)
            sigaction(signals[i], handlers + i * HandlerBytes, null);
        NativeMemory.Free(handlers);
    }

    [DllImport("libc")]
    private static extern int sigaction(int signal, void* handler, void* former);
}
