using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Accelerators.OpenCL;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Simd;
using VaeGpu.Tests.OpenCL;

namespace VaeGpu.Tests.Compiler;

/// <summary>The compiled targets against the interpreter, on random kernels.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class TargetTests
{
    [TestCase(32)]
    [TestCase(128)]
    [TestCase(256)]
    [TestCase(512)]
    public void Vectors_compute_what_the_interpreter_computes(int vectorBits) => CheckVectors(vectorBits, SimdEmitter.MostValues);

    /// <summary>As in kernels so large that not every value has a variable of its own.</summary>
    [TestCase(128)]
    [TestCase(256)]
    [TestCase(512)]
    public void Vectors_whose_variables_serve_several_values_compute_what_the_interpreter_computes(int vectorBits) =>
        CheckVectors(vectorBits, mostValues: 0);

    private static void CheckVectors(int vectorBits, int mostValues)
    {
        using Context context = Context.Create(b => b.Simd(2, vectorBits));
        using var cpu = (SimdAccelerator)context.Devices[0].CreateAccelerator(context);
        Check(new($"the CPU with vectors of {vectorBits} bits", cpu, (function, groupDim) =>
            cpu.Compile(Pipeline.Run(function, groupDim, cpu.WarpSize), groupDim, mostValues)));
    }

    [Test]
    public void PTX_computes_what_the_interpreter_computes()
    {
        // Shrinking a kernel that fails goes on with the same accelerator.
        using PtxAccelerator gpu = new FakeCudaDriver { Forgives = true, MaxInstructions = 1_000_000 }.Open();
        Check(
            0, RandomKernelCheck.Count,
            new("the PTX machine", gpu, (function, groupDim) => gpu.Compile(Pipeline.Run(function, groupDim, gpu.WarpSize), groupDim)));
    }

    /// <summary>In two parts, which take minutes and run at the same time.</summary>
    [Test]
    public void OpenCL_computes_what_the_interpreter_computes([Values(0, 1)] int part)
    {
        using Context context = Context.Create(b => b.OpenCL12());
        if (context.GetDevices<OpenCL12Device>().Count == 0)
            Assert.Ignore("No OpenCL device: " + string.Join(" ", OpenCL12Device.Search().Refusals));
        using var openCL = (OpenCL12Accelerator)context.Devices[0].CreateAccelerator(context);
        int first = part * RandomKernelCheck.CountOfSlow / 2, end = (part + 1) * RandomKernelCheck.CountOfSlow / 2;
        Check(first, end - first, new(openCL.Name, openCL, (function, groupDim) =>
        {
            OpenCLExecutable executable = openCL.Compile(Pipeline.Run(function, groupDim, openCL.WarpSize), groupDim);
            ThrowIfGroupsShareMemory(openCL, executable);
            return executable;
        }));
    }

    /// <summary>Groups that share memory by mistake are seen only when they run at once; that they can, their code tells always.</summary>
    private static void ThrowIfGroupsShareMemory(OpenCL12Accelerator openCL, OpenCLExecutable executable)
    {
        if (MachineCode.WrittenSections(MachineCode.Of(openCL, executable)).ToArray() is { Length: > 0 } shared)
            throw new InvalidOperationException($"Its groups share memory: {string.Join(", ", shared)}.");
    }

    private static void Check(KernelTarget target) => Check(0, RandomKernelCheck.Count, target);

    private static void Check(int first, int count, KernelTarget target)
    {
        using var check = new RandomKernelCheck(target);
        check.Run(RandomKernelCheck.FirstSeed + first, count);
    }
}
