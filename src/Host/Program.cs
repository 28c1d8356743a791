using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using VaeGpu.Host;

try
{
    return Run(args);
}
catch (Exception failure)
{
    // The program did not come to where failures are told, and the console may not be there.
    string reason = FileHandles.AreFew() ? FileHandles.Remedy : failure.Message;
    using var error = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    error.Write(Encoding.UTF8.GetBytes($"error: {reason}{Environment.NewLine}"));
    return 1;
}

// A method of its own: what it needs is loaded when it is called.
[MethodImpl(MethodImplOptions.NoInlining)]
static int Run(string[] args)
{
    using var interrupt = new Interrupt();
    var code = VaeGpuProgram.Run(args, Terminal.OfProcess(), interrupt.Token);
    return code == ExitCode.Stopped ? interrupt.ExitCode : code;
}
