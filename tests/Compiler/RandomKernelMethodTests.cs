using ILGPU.Runtime.CPU;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// Generated kernels as C# methods: on ILGPU's CPU accelerator, which .NET's own compiler runs them on, and through our front end.
/// </summary>
[TestFixture]
internal sealed class RandomKernelMethodTests
{
    // A thread of ILGPU's CPU accelerator is one of the operating system's.
    private const int MaxThreads = 32;

    // ILGPU's CPU accelerator runs shuffles only in warps that are full.
    private static readonly RandomKernelOptions Options = new(Shuffles: false, MaxThreads: MaxThreads);

    [Test]
    public void ILGPUs_CPU_accelerator_computes_what_the_interpreter_computes() => Check(
        new("ILGPU's CPU accelerator", () => new CPUDevice(16, 2, 1).CreateAccelerator(Context.Create(_ => { }))));

    [Test]
    public void The_interpreter_computes_from_the_method_what_it_computes_from_the_function() => Check(
        new("the interpreter on the method", () => InterpreterDevice.Create(16).CreateAccelerator(Context.Create(_ => { }))));

    [TestCase(32)]
    [TestCase(256)]
    public void Vectors_compute_from_the_method_what_the_interpreter_computes_from_the_function(int vectorBits) => Check(
        new($"vectors of {vectorBits} bits on the method", () =>
            SimdDevice.Create(2, vectorBits).CreateAccelerator(Context.Create(_ => { }))));

    private static void Check(MethodTarget target)
    {
        using (target)
        using (var check = new RandomKernelCheck(target, Options))
            check.Run(RandomKernelCheck.FirstSeed, TestContext.Parameters.Get("kernels", 200));
    }
}
