using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Kernels;
using PtxModule = VaeGpu.Gpu.Targets.Ptx.PtxModule;

namespace VaeGpu.Tests.Ptx;

/// <summary>Large products on tensor cores, of packed factors: against float64 sums of factors rounded in the same way.</summary>
[TestFixture]
internal sealed class PackedMatMulTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void A_factor_is_packed_line_by_line_with_zeros_around_it(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        foreach ((int lines, int depth) in ((int, int)[])[(1, 1), (33, 35), (70, 64)])
        {
            float[] factor = inputs.Normal(lines * depth), turned = MatMulTests.Turned(factor, lines, depth);
            CheckPacked<Tf32, DepthFastest>(gpu, factor, factor, lines, depth, (line, k) => TensorProducts.RoundTf32(line[k]));
            CheckPacked<Tf32, DepthSlowest>(gpu, turned, factor, lines, depth, (line, k) => TensorProducts.RoundTf32(line[k]));
            CheckPacked<Bf16, DepthFastest>(gpu, factor, factor, lines, depth, (line, k) => TensorProducts.RoundBf16(line[k]));
            CheckPacked<Bf16, DepthSlowest>(gpu, turned, factor, lines, depth, (line, k) => TensorProducts.RoundBf16(line[k]));
        }
    }

    // A block's corner; two blocks down and two across; more slabs than there are stages; odd and even rows of results.
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void Every_layout_and_precision_gives_the_sums_of_the_rounded_factors(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        foreach ((int rows, int columns, int depth) in ((int, int, int)[])[(1, 1, 1), (131, 37, 70), (40, 258, 180)])
        {
            var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
            AllLayouts<Tf32>(gpu, shape, inputs);
            AllLayouts<Bf16>(gpu, shape, inputs);
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void The_launcher_packs_a_product_that_fills_the_device_if_it_has_room_for_that_and_rounds_alike_if_not(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var launcher = MatMulLauncher.Forward(gpu, Activation.Silu, Precision.Bf16);
        var shape = new MatMulShape { Rows = PackedMatMul.Rows * gpu.NumMultiprocessors, Columns = 10, Depth = 20 };
        Assert.That(launcher.ScratchLength(shape), Is.EqualTo((shape.Rows + PackedMatMul.Columns) * 16),
            "in floats, 20 numbers padded to 32");
        Assert.That(launcher.ScratchLength(shape with { Rows = 3 }), Is.Zero);
        var inputs = new Inputs();
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns),
            biases = inputs.Normal(shape.Columns);
        using var a = gpu.Allocate1D(left);
        using var b = gpu.Allocate1D(right);
        using var bias = gpu.Allocate1D(biases);
        using var scratch = gpu.Allocate1D<float>(launcher.ScratchLength(shape));
        float[] poison = new float[scratch.Length];
        Array.Fill(poison, float.NaN);
        scratch.CopyFromCPU(poison);
        foreach (ArrayView<float> room in (ArrayView<float>[])[scratch.View, default])
        {
            using var output = new Guarded(gpu, shape.Rows * shape.Columns);
            using var saved = new Guarded(gpu, shape.Rows * shape.Columns);
            launcher.Run(a.View, b.View, output.View, bias.View, saved.View, shape, room);
            float[] kept = saved.Read();
            TensorProducts.Check([.. kept.Select((x, i) => x - biases[i % shape.Columns])], left, right, shape, TensorProducts.RoundBf16,
                room.Length > 0 ? "packed" : "without room", slack: 1e-6);
            Compare.Close(output.Read(), i => Activations64.Apply<Silu>(kept[i]), 1e-6, 1, "silu");
        }
        Assert.That(scratch.GetAsArray1D(), Has.None.NaN, "all of the room was used");
    }

    // 16,380 lines are packed as 16,384: of 131,072 words each they are 2³¹.
    [TestCase(Precision.Bf16, 65535 * 32 - 96, 20, true)]
    [TestCase(Precision.Bf16, 65535 * 32 + 1, 20, false, TestName = "More lines than a grid has room for are not packed")]
    [TestCase(Precision.Tf32, 16380, 128000, true)]
    [TestCase(Precision.Tf32, 16380, 131072, false, TestName = "More words than 32 bits count are not packed")]
    public void What_can_be_packed_is(Precision precision, int rows, int depth, bool isPacked)
    {
        using Accelerator gpu = new FakeCudaDriver().Open();
        long scratch = MatMulLauncher.WeightGradient(gpu, precision).ScratchLength(new() { Rows = rows, Columns = 10, Depth = depth });
        Assert.That(scratch, isPacked ? Is.Positive : Is.Zero);
    }

    [Test]
    public void The_kernel_keeps_its_sums_in_registers_and_needs_no_newer_GPU_than_it_says()
    {
        var kernel = PackedMatMul.Multiply<Bf16, BiasActivation<Gelu>>;
        PtxModule module = TextAccelerator.Emit(new KernelSource(kernel.Method), PackedMatMul.Config(1, 1).GroupDim);
        Assert.Multiple(() =>
        {
            Assert.That((module.Isa.Version, module.Isa.Target, module.LocalBytes), Is.EqualTo((new Version(7, 0), 80, 0)));
            foreach (string instruction in (string[])["mma.sync.aligned.m16n8k16", "ldmatrix.sync.aligned.m8n8.x4",
                "cp.async.cg.shared.global", "st.global.v2.f32"])
                Assert.That(module.Text, Does.Contain(instruction));
        });
        Ptxas.Check([("packed, bf16", module)]);
    }

    private static void CheckPacked<TPrecision, TOperand>(
        Accelerator gpu, float[] source, float[] factor, int lines, int depth, Func<float[], int, double> rounded)
        where TPrecision : struct, ITensorPrecision where TOperand : struct, IOperand
    {
        var shape = new PackShape { Lines = lines, Depth = depth, PackedLines = 72, Words = Pack.Words<TPrecision>(depth) };
        using var from = gpu.Allocate1D(source);
        using var to = new Guarded(gpu, shape.PackedLines * shape.Words);
        var kernel = Pack.Run<TPrecision, TOperand>;
        gpu.LoadStreamKernel(kernel)(Pack.Config(shape), from.View, to.View.Cast<uint>(), shape);
        uint[] words = [.. to.Read().Select(BitConverter.SingleToUInt32Bits)];
        for (int line = 0; line < shape.PackedLines; line++)
        {
            float[] numbers = [.. Enumerable.Range(0, depth).Select(k => line < lines ? factor[line * depth + k] : 0)];
            for (int k = 0; k < shape.Words * TPrecision.NumbersPerWord; k++)
            {
                uint word = words[line * shape.Words + k / TPrecision.NumbersPerWord];
                float number =
                    BitConverter.UInt32BitsToSingle(TPrecision.NumbersPerWord == 1 ? word : k % 2 == 0 ? word << 16 : word & 0xffff0000);
                Assert.That(number, Is.EqualTo(k < depth ? rounded(numbers, k) : 0),
                    $"{typeof(TPrecision).Name} {typeof(TOperand).Name} {lines}×{depth}: ({line}, {k})");
            }
        }
    }

    private static void AllLayouts<TPrecision>(Accelerator gpu, MatMulShape shape, Inputs inputs) where TPrecision : struct,
        ITensorPrecision
    {
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
        float[] leftTurned = MatMulTests.Turned(left, shape.Rows, shape.Depth),
            rightTurned = MatMulTests.Turned(right, shape.Depth, shape.Columns);
        Check<TPrecision, DepthFastest, DepthSlowest>(gpu, left, right, left, right, shape, "A·B");
        Check<TPrecision, DepthSlowest, DepthSlowest>(gpu, leftTurned, right, left, right, shape, "Aᵀ·B");
        Check<TPrecision, DepthFastest, DepthFastest>(gpu, left, rightTurned, left, right, shape, "A·Bᵀ");
    }

    /// <summary>The product of factors as they are stored, against that of the plain ones.</summary>
    private static void Check<TPrecision, TLeft, TRight>(
        Accelerator gpu, float[] storedLeft, float[] storedRight, float[] left, float[] right, MatMulShape shape, string what)
        where TPrecision : struct, ITensorPrecision where TLeft : struct, IOperand where TRight : struct, IOperand
    {
        var product = PackedProduct.Load<TPrecision, TLeft, TRight, Plain>(gpu, 1);
        using var a = gpu.Allocate1D(storedLeft);
        using var b = gpu.Allocate1D(storedRight);
        using var scratch = gpu.Allocate1D<float>(product.ScratchLength(shape));
        using var c = new Guarded(gpu, shape.Rows * shape.Columns);
        product.Run(a.View, b.View, c.View, default, default, shape, scratch.View);
        TensorProducts.Check(c.Read(), left, right, shape, TensorProducts.Rounding<TPrecision>(),
            $"{what} {typeof(TPrecision).Name} {shape.Rows}×{shape.Columns}×{shape.Depth}");
    }
}
