using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;
using VaeGpu.CudaEmulator.Machine;
using VaeGpu.Gpu.Ilgpu;
using VaeGpu.Tests.Ptx.Machine;

namespace VaeGpu.Tests.Ptx.Ilgpu;

/// <summary>What ILGPU writes for kernels over its own types runs on the machine, and knows the methods that we teach it.</summary>
internal sealed class IlgpuPtxTests
{
    private const int Threads = 64;

    /// <summary>Products that lose bits where they are rounded before the sum.</summary>
    private static readonly float[] Inputs = [.. Enumerable.Range(0, Threads).Select(i => 1 + i * 1.1920929e-7f)];

    [Test]
    public void A_fused_multiply_add_is_rounded_once([Values] OptimizationLevel level, [Values(80, 90)] int capability)
    {
        (float[] output, string text) = Run(nameof(Fuse), level, capability, Inputs);
        Assert.Multiple(() =>
        {
            Assert.That(output, Is.EqualTo(Inputs.Select(x =>
                MathF.FusedMultiplyAdd(x, x, -1) + float.FusedMultiplyAdd(x, 3, x) + (float)Math.FusedMultiplyAdd((double)x, x, -1))));
            Assert.That(text, Does.Not.Contain("call"), "nothing is called");
        });
    }

    public static void Fuse(ArrayView<float> input, ArrayView<float> output)
    {
        float x = input[Group.IdxX];
        output[Group.IdxX] =
            MathF.FusedMultiplyAdd(x, x, -1) + float.FusedMultiplyAdd(x, 3, x) + (float)Math.FusedMultiplyAdd((double)x, x, -1);
    }

    [Test]
    public void Addresses_are_generic_in_every_space([Values] OptimizationLevel level)
    {
        (float[] output, _) = Run(nameof(TakeAddresses), level, 80, Inputs);
        Assert.That(output, Is.EqualTo(Inputs.Select((x, i) => x + Inputs[(i + 1) % Threads] + 2 * x)));
    }

    public static unsafe void TakeAddresses(ArrayView<float> input, ArrayView<float> output)
    {
        int i = Group.IdxX;
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        ArrayView<float> own = LocalMemory.Allocate1D<float>(2);
        shared[i] = input[i];
        own[i % 2] = 2 * input[i];
        Group.Barrier();
        ulong neighbor = (ulong)Unsafe.AsPointer(ref shared[(i + 1) % Threads]);
        CudaAsm.Emit("ld.f32 %0, [%1];", out float a, (ulong)Unsafe.AsPointer(ref input[i]));
        CudaAsm.Emit("{ .reg .u64 a; cvta.to.shared.u64 a, %1; ld.shared.f32 %0, [a]; }", out float b, neighbor);
        CudaAsm.Emit("ld.f32 %0, [%1];", out float c, (ulong)Unsafe.AsPointer(ref own[i % 2]));
        output[i] = a + b + c;
    }

    [Test]
    public void The_address_of_a_struct_is_known_where_it_was_asked_for()
    {
        using IlgpuCompiler ilgpu = new(extend: builder => builder.EnableAddressOf<Pair>());
        IlgpuKernel kernel = Compiled(ilgpu, nameof(TakeSecond));
        PtxMemory memory = new();
        ulong pairs = MachineText.Upload<int>(memory, [1, 2, 3, 4]);
        ulong output = MachineText.Upload<int>(memory, new int[2]);
        kernel.Launch(new(memory), (1, 1, 1), (2, 1, 1), 0, MachineText.Block(pairs, 0, 2, output, 0, 2));
        Assert.That(MachineText.Read<int>(memory, output, 2), Is.EqualTo(new[] { 2, 4 }));
    }

    public static unsafe void TakeSecond(ArrayView<Pair> pairs, ArrayView<int> output)
    {
        CudaAsm.Emit("ld.s32 %0, [%1+4];", out int second, (ulong)Unsafe.AsPointer(ref pairs[Group.IdxX]));
        output[Group.IdxX] = second;
    }

    public readonly record struct Pair(int First, int Second);

    [Test]
    public void OpenCL_has_a_fused_multiply_add_of_its_own()
    {
        using IlgpuCompiler ilgpu = new();
        Assert.That(ilgpu.OpenCL(Method(nameof(Fuse))).Split("fma").Length - 1, Is.EqualTo(3));
    }

    [Test]
    public void An_implicitly_grouped_kernel_takes_its_extent()
    {
        using IlgpuCompiler ilgpu = new();
        IlgpuKernel kernel = Compiled(ilgpu, nameof(Number));
        PtxMemory memory = new();
        ulong output = MachineText.Upload<int>(memory, new int[12]);
        kernel.Launch(new(memory), (2, 2, 1), (2, 2, 1), 0, MachineText.Block(3ul << 32 | 3, output, 8, 10));
        Assert.That(MachineText.Read<int>(memory, output, 12), Is.EqualTo(new[] { 0, 0, 0, 1, 2, 10, 11, 12, 20, 21, 22, 0 }));
    }

    public static void Number(Index2D index, ArrayView<int> output) => output[index.Y * 3 + index.X] = index.Y * 10 + index.X;

    [Test]
    public void A_text_of_another_kernel_is_refused()
    {
        using IlgpuCompiler ilgpu = new();
        string text = ilgpu.Ptx(Method(nameof(Fuse)));
        Assert.That(() => new IlgpuKernel(Method(nameof(Number)), text), Throws.ArgumentException);
    }

    private static IlgpuKernel Compiled(IlgpuCompiler ilgpu, string name) => new(Method(name), ilgpu.Ptx(Method(name)));

    private static MethodInfo Method(string name) => typeof(IlgpuPtxTests).GetMethod(name)!;

    private static (float[] Output, string Text) Run(string name, OptimizationLevel level, int capability, float[] inputs)
    {
        using IlgpuCompiler ilgpu = new(capability, level);
        string text = ilgpu.Ptx(Method(name));
        PtxMemory memory = new();
        ulong input = MachineText.Upload<float>(memory, inputs);
        ulong output = MachineText.Upload<float>(memory, new float[Threads]);
        new IlgpuKernel(Method(name), text).Launch(
            new(memory), (1, 1, 1), (Threads, 1, 1), 0, MachineText.Block(input, 0, Threads, output, 0, Threads));
        return (MachineText.Read<float>(memory, output, Threads), text);
    }
}
