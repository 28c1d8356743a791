using VaeGpu.Host;

try
{
    return Run(args);
}
catch (Exception failure)
{
    // The program did not come to where failures are told, and the console may not be there.
    StandardError.Write($"error: {(FileHandles.AreFew() ? FileHandles.Remedy : failure.Message)}{Environment.NewLine}");
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
