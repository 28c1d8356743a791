using VaeGpu.Host;

using var interrupt = new Interrupt();
var code = VaeGpuProgram.Run(args, Terminal.OfProcess(), interrupt.Token);
return code == ExitCode.Stopped ? interrupt.ExitCode : code;
