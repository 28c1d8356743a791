using VaeGpu.Host;

using var interrupt = new Interrupt();
return VaeGpuProgram.Run(args, Terminal.OfProcess(), interrupt.Token);
