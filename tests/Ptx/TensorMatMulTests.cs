using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Kernels;
using PtxModule = VaeGpu.Gpu.Targets.Ptx.PtxModule;

namespace VaeGpu.Tests.Ptx;

/// <summary>Products on tensor cores, on the machine that runs PTX: against float64 sums of factors rounded in the same way.</summary>
[TestFixture]
internal sealed class TensorMatMulTests
{
    // Less than a tile; edges in every direction; rows that are multiples of 4 and others; more slabs than there are stages.
    private static readonly (int Rows, int Columns, int Depth)[] Shapes =
        [(1, 1, 1), (3, 5, 7), (33, 20, 36), (36, 68, 132), (31, 33, 65)];

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void Every_layout_and_precision_gives_the_sums_of_the_rounded_factors(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        foreach ((int rows, int columns, int depth) in Shapes)
        {
            var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
            AllLayouts<Tensor32x32, Tf32>(gpu, shape, inputs);
            AllLayouts<Tensor32x32, Bf16>(gpu, shape, inputs);
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void So_do_larger_blocks(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        AllLayouts<Tensor64x64, Tf32>(gpu, new() { Rows = 68, Columns = 60, Depth = 40 }, inputs);
        AllLayouts<Tensor64x64, Bf16>(gpu, new() { Rows = 63, Columns = 66, Depth = 33 }, inputs);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void A_view_that_begins_anywhere_is_read_as_well(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 8, Columns = 12, Depth = 16 };
        float[] left = inputs.Normal(8 * 16 + 1), right = inputs.Normal(16 * 12 + 3);
        using var a = gpu.Allocate1D(left);
        using var b = gpu.Allocate1D(right);
        using var c = new Guarded(gpu, 8 * 12);
        Launch<Tensor32x32, Tf32, DepthFastest, DepthSlowest, Plain>(gpu, a.View.SubView(1, 128), b.View.SubView(3, 192), c, default,
            default, shape);
        TensorProducts.Check(c.Read(), left[1..], right[3..], shape, TensorProducts.RoundTf32, "views at odd elements");
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void Epilogues_are_those_of_the_other_products(TestDevice device)
    {
        Accelerator gpu = device.Open();
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 17, Columns = 36, Depth = 20 };
        using var a = new Guarded(gpu, inputs.Normal(17 * 20));
        using var b = new Guarded(gpu, inputs.Normal(20 * 36));
        using var bias = new Guarded(gpu, inputs.Normal(36));
        using var plain = new Guarded(gpu, 17 * 36);
        using var fused = new Guarded(gpu, 17 * 36);
        using var saved = new Guarded(gpu, 17 * 36);
        Launch<Tensor32x32, Tf32, DepthFastest, DepthSlowest, Plain>(gpu, a.View, b.View, plain, default, default, shape);
        Launch<Tensor32x32, Tf32, DepthFastest, DepthSlowest, BiasActivation<Silu>>(gpu, a.View, b.View, fused, bias.View, saved.View,
            shape);
        float[] sums = plain.Read(), biases = bias.Read(), kept = saved.Read();
        for (int i = 0; i < sums.Length; i++)
            Assert.That(kept[i], Is.EqualTo(sums[i] + biases[i % 36]), $"element {i}");
        Compare.Close(fused.Read(), i => Activations64.Apply<Silu>(kept[i]), 1e-6, 1, "silu");
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.WithTensorCores))]
    public void The_launcher_takes_tensor_cores_where_they_are_asked_for_and_there(TestDevice device)
    {
        Accelerator gpu = device.Open();
        using Context context = Context.Create(b => b.Interpreter(32));
        using Accelerator without = context.Devices[0].CreateAccelerator(context);
        foreach (Accelerator accelerator in (Accelerator[])[gpu, without])
        {
            var launcher = MatMulLauncher.Forward(accelerator, Activation.Identity, Precision.Bf16);
            var inputs = new Inputs();
            var shape = new MatMulShape { Rows = 5, Columns = 6, Depth = 7 };
            using var a = new Guarded(accelerator, inputs.Normal(35));
            using var b = new Guarded(accelerator, inputs.Normal(42));
            using var bias = new Guarded(accelerator, new float[6]);
            using var c = new Guarded(accelerator, 30);
            launcher.Run(a.View, b.View, c.View, bias.View, default, shape);
            TensorProducts.Check(c.Read(), a.Read(), b.Read(), shape, accelerator == gpu ? TensorProducts.RoundBf16 : x => x,
                accelerator.Name);
        }
    }

    [Test]
    public void A_large_products_kernel_keeps_its_sums_in_registers_and_needs_no_newer_GPU_than_it_says()
    {
        var kernel = TensorMatMul.Multiply<Tensor64x64, Tf32, DepthFastest, DepthFastest, BiasActivation<Relu>>;
        PtxModule module = TextAccelerator.Emit(new KernelSource(kernel.Method), new(TensorMatMul.GroupSize, 1, 1));
        Assert.Multiple(() =>
        {
            Assert.That((module.Isa.Version, module.Isa.Target, module.LocalBytes), Is.EqualTo((new Version(7, 0), 80, 0)));
            foreach (string instruction in (string[])["mma.sync.aligned.m16n8k8", "ldmatrix.sync.aligned.m8n8.x4",
                "cp.async.cg.shared.global", "cp.async.wait_group 1"])
                Assert.That(module.Text, Does.Contain(instruction));
        });
        Ptxas.Check([("64×64, tf32", module)]);
    }

    private static void AllLayouts<TBlock, TPrecision>(Accelerator gpu, MatMulShape shape, Inputs inputs)
        where TBlock : struct, ITensorBlock where TPrecision : struct, ITensorPrecision
    {
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
        float[] leftTurned = MatMulTests.Turned(left, shape.Rows, shape.Depth),
            rightTurned = MatMulTests.Turned(right, shape.Depth, shape.Columns);
        Func<double, double> round = TensorProducts.Rounding<TPrecision>();
        string size = $"{typeof(TBlock).Name} {typeof(TPrecision).Name} {shape.Rows}×{shape.Columns}×{shape.Depth}";
        TensorProducts.Check(Product<TBlock, TPrecision, DepthFastest, DepthSlowest>(gpu, left, right, shape), left, right, shape, round,
            $"A·B {size}");
        TensorProducts.Check(Product<TBlock, TPrecision, DepthSlowest, DepthSlowest>(gpu, leftTurned, right, shape), left, right, shape,
            round, $"Aᵀ·B {size}");
        TensorProducts.Check(Product<TBlock, TPrecision, DepthFastest, DepthFastest>(gpu, left, rightTurned, shape), left, right, shape,
            round, $"A·Bᵀ {size}");
    }

    private static float[] Product<TBlock, TPrecision, TLeft, TRight>(Accelerator gpu, float[] left, float[] right, MatMulShape shape)
        where TBlock : struct, ITensorBlock where TPrecision : struct, ITensorPrecision
        where TLeft : struct, IOperand where TRight : struct, IOperand
    {
        using var a = gpu.Allocate1D(left);
        using var b = gpu.Allocate1D(right);
        using var c = new Guarded(gpu, shape.Rows * shape.Columns);
        Launch<TBlock, TPrecision, TLeft, TRight, Plain>(gpu, a.View, b.View, c, default, default, shape);
        return c.Read();
    }

    private static void Launch<TBlock, TPrecision, TLeft, TRight, TEpilogue>(
        Accelerator gpu, ArrayView<float> left, ArrayView<float> right, Guarded output, ArrayView<float> bias, ArrayView<float> saved,
            MatMulShape shape)
        where TBlock : struct, ITensorBlock where TPrecision : struct, ITensorPrecision
        where TLeft : struct, IOperand where TRight : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        var kernel = TensorMatMul.Multiply<TBlock, TPrecision, TLeft, TRight, TEpilogue>;
        gpu.LoadStreamKernel(kernel)(TensorMatMul.Config<TBlock>(shape.Rows, shape.Columns), left, right, output.View, bias, saved, shape);
    }
}
