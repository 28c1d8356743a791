using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Ptx.Ilgpu;

namespace VaeGpu.Tests.Kernels;

public class PanelMatMulTests
{
    // 1, primes, tiles and panels of every width, the depths of a group that copies, one less and one more, and of one that transposes.
    private static readonly (int Rows, int Columns, int Depth)[] Shapes =
        [(1, 1, 1), (3, 5, 2), (12, 32, 16), (11, 31, 15), (13, 33, 17), (29, 20, 37), (49, 65, 63), (47, 7, 65), (6, 16, 514)];

    [EveryDevice]
    public void Packed_factors_give_the_same_sums(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach ((int rows, int columns, int depth) in device.IsPtx ? Shapes[..6] : Shapes)
            {
                var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
                float[] left = inputs.Normal(rows * depth), right = inputs.Normal(depth * columns);
                float[] leftTurned = MatMulTests.Turned(left, rows, depth), rightTurned = MatMulTests.Turned(right, depth, columns);
                float[] expected = MatMulTests.InOrder(left, right, shape);
                string size = $"{rows}×{columns}×{depth}";
                Compare.Bits(
                    Product<Tile12x2, DepthFastest, DepthSlowest, Plain>(accelerator, left, right, shape), expected, $"A·B {size}");
                Compare.Bits(
                    Product<Tile4x3, InPanels, DepthSlowest, Plain>(accelerator, leftTurned, right, shape), expected, $"Aᵀ·B {size}");
                // ILGPU's shuffles take a whole warp.
                if (accelerator is not IlgpuPtxAccelerator)
                {
                    Compare.Bits(Product<Tile4x3, DepthFastest, DepthFastest, Plain>(accelerator, left, rightTurned, shape), expected,
                        $"A·Bᵀ {size}");
                    Compare.Bits(Product<Tile4x2, InPanels, DepthFastest, Plain>(accelerator, leftTurned, rightTurned, shape), expected,
                        $"Aᵀ·Bᵀ {size}");
                }
            }
            return true;
        });
    }

    [EveryDevice]
    public void Epilogues_are_those_of_unpacked_products(TestDevice device) => device.Run(accelerator =>
    {
        Epilogue<BiasActivation<Relu>>(accelerator);
        Epilogue<BiasActivation<Gelu>>(accelerator);
        Epilogue<ActivationGradient<Tanh>>(accelerator);
        return true;
    });

    /// <summary>The launcher packs what pays, in the layouts of a layer's three products; the shapes are just large enough.</summary>
    [EveryDevice]
    public void The_launcher_gives_the_same_sums_with_and_without_room_for_packing(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            if (accelerator is not SimdAccelerator { WarpSize: > 1 })
                Assert.Ignore("Products large enough for packing are tested on the processor's vectors alone; other devices take minutes.");
            Assert.That(DeviceTuning.For(accelerator).PacksPanels, Is.True);
            Same<DepthFastest, DepthSlowest>(accelerator, inputs, new() { Rows = 33, Columns = 1030, Depth = 515 });
            // In two parts of the depth, the second of one number; and with a left factor that is packed.
            Same<DepthSlowest, DepthSlowest>(accelerator, inputs, new() { Rows = 1027, Columns = 17, Depth = 513 });
            Same<DepthSlowest, DepthSlowest>(accelerator, inputs, new() { Rows = 512, Columns = 51, Depth = 141 });
            Same<DepthSlowest, DepthFastest>(accelerator, inputs, new() { Rows = 13, Columns = 51, Depth = 600 });
            Same<DepthFastest, DepthFastest>(accelerator, inputs, new() { Rows = 5, Columns = 67, Depth = 70 });
            // Several parts of the depth, of factors whose lines are read along it.
            Same<DepthFastest, DepthFastest>(accelerator, inputs, new() { Rows = 5, Columns = 67, Depth = 4099 });
            Same<DepthFastest, DepthSlowest>(accelerator, inputs, new() { Rows = 35, Columns = 259, Depth = 2049 });
            return true;
        });
    }

    /// <summary>Sums that a launch leaves in the output, odd ones at the edges too, are taken up by the next.</summary>
    [EveryDevice]
    public void Parts_of_the_depth_give_the_sums_of_the_whole(TestDevice device) => device.Run(accelerator =>
    {
        InParts<DepthSlowest, DepthSlowest, BiasActivation<Relu>>(accelerator, 515);
        InParts<DepthSlowest, DepthSlowest, BiasActivation<Gelu>>(accelerator, 515);
        InParts<DepthFastest, DepthSlowest, BiasActivation<Relu>>(accelerator, 2051);
        // ILGPU's shuffles take a whole warp.
        if (accelerator is not IlgpuPtxAccelerator)
            InParts<DepthFastest, DepthFastest, BiasActivation<Gelu>>(accelerator, 2051);
        return true;
    });

    /// <summary>A part of the depth takes no more memory than the whole, though it has room for more panels.</summary>
    [Test]
    public void No_part_of_the_depth_takes_more_scratch_memory_than_the_whole()
    {
        using Context context = Context.Create(builder => builder.Simd(1));
        using Accelerator accelerator = context.CreateSimdAccelerator(0);
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        foreach (int processors in (int[])[1, 64])
        {
            var launcher = PanelProduct.Load<DepthSlowest, DepthSlowest, Plain>(accelerator, tuning with { Processors = processors });
            Assert.Multiple(() =>
            {
                foreach (int columns in (int[])[100, 1024, 4096, 8192])
                {
                    for (int depth = 1; depth < 2048; depth++)
                    {
                        MatMulShape Of(int part) => new() { Rows = 784, Columns = columns, Depth = part };
                        Assert.That(launcher.ScratchLength(Of(depth)), Is.LessThanOrEqualTo(launcher.ScratchLength(Of(depth + 1))));
                    }
                }
            });
        }
        // Few rows, and a last part of the depth that has room for more panels than the first.
        Same<DepthSlowest, DepthSlowest>(accelerator, new Inputs(), new() { Rows = 3, Columns = 4096, Depth = 640 });
    }

    private static void InParts<TLeft, TRight, TEpilogue>(Accelerator accelerator, int depth)
        where TLeft : struct, IOperand where TRight : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        var inputs = new Inputs();
        var launcher = PanelProduct.Load<TLeft, TRight, TEpilogue>(accelerator, DeviceTuning.For(accelerator));
        var shape = new MatMulShape { Rows = 3, Columns = 19, Depth = depth };
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
        using var a = new Guarded(accelerator, left);
        using var b = new Guarded(accelerator, right);
        using var bias = new Guarded(accelerator, inputs.Normal(shape.Columns));
        using var c = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var scratch = new Guarded(accelerator, (int)launcher.ScratchLength(shape));
        using var saved = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var savedUnpacked = new Guarded(accelerator, shape.Rows * shape.Columns);
        launcher.Run(a.View, b.View, c.View, bias.View, saved.View, shape, scratch.View);
        float[] whole = MatMulTests.Product<Tile6x2, TLeft, TRight, TEpilogue>(
            accelerator, left, right, shape, bias.View, savedUnpacked.View);
        Compare.Bits(c.Read(), whole, $"{typeof(TLeft).Name}, {typeof(TRight).Name}, {typeof(TEpilogue).Name} in parts");
        Compare.Bits(saved.Read(), savedUnpacked.Read(), $"what {typeof(TEpilogue).Name} saves");
        scratch.Read();
    }

    private static void Same<TLeft, TRight>(Accelerator accelerator, Inputs inputs, MatMulShape shape)
        where TLeft : struct, IOperand where TRight : struct, IOperand
    {
        var launcher = MatMulLauncher.Load<TLeft, TRight, Plain>(accelerator);
        Assert.That(launcher.ScratchLength(shape), Is.Positive);
        using var left = new Guarded(accelerator, inputs.Normal(shape.Rows * shape.Depth));
        using var right = new Guarded(accelerator, inputs.Normal(shape.Depth * shape.Columns));
        using var packed = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var unpacked = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var scratch = new Guarded(accelerator, (int)launcher.ScratchLength(shape));
        launcher.Run(left.View, right.View, packed.View, default, default, shape, scratch.View);
        launcher.Run(left.View, right.View, unpacked.View, default, default, shape);
        Assert.That(scratch.Read(), Has.Some.Not.NaN, "packed");
        Compare.Bits(packed.Read(), unpacked.Read(), $"{typeof(TLeft).Name}, {typeof(TRight).Name}");
    }

    private static void Epilogue<TEpilogue>(Accelerator accelerator) where TEpilogue : struct, IEpilogue
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 13, Columns = 35, Depth = 19 };
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
        float[] kept = inputs.Normal(shape.Rows * shape.Columns);
        using var bias = new Guarded(accelerator, inputs.Normal(shape.Columns));
        using var saved = new Guarded(accelerator, kept);
        using var savedUnpacked = new Guarded(accelerator, kept);
        float[] packed = Product<Tile6x2, DepthFastest, DepthSlowest, TEpilogue>(accelerator, left, right, shape, bias.View, saved.View);
        float[] unpacked = MatMulTests.Product<Tile6x2, DepthFastest, DepthSlowest, TEpilogue>(
            accelerator, left, right, shape, bias.View, savedUnpacked.View);
        Compare.Bits(packed, unpacked, typeof(TEpilogue).Name);
        Compare.Bits(saved.Read(), savedUnpacked.Read(), $"what {typeof(TEpilogue).Name} saves");
    }

    private static int GroupSize(Accelerator accelerator) => accelerator.WarpSize is 4 or 8 ? accelerator.WarpSize : 16;

    private static float[] Product<TTile, TLeft, TRight, TEpilogue>(
        Accelerator accelerator, float[] left, float[] right, MatMulShape shape, ArrayView<float> bias = default,
        ArrayView<float> saved = default)
        where TTile : struct, ITile where TLeft : struct, IOperand where TRight : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        int groupSize = GroupSize(accelerator);
        var group = new Index3D(groupSize, 1, 1);
        var lefts = PanelShape.Of(shape.Rows, shape.Depth, groupSize);
        var rights = PanelShape.Of(shape.Columns, shape.Depth, TTile.Columns * groupSize);
        using var a = new Guarded(accelerator, left);
        using var b = new Guarded(accelerator, right);
        using var c = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var packedLeft = new Guarded(accelerator, lefts.Panels * groupSize * shape.Depth);
        using var packedRight = new Guarded(accelerator, rights.Panels * TTile.Columns * groupSize * shape.Depth);
        bool packsLeft = typeof(TLeft) == typeof(InPanels);
        if (packsLeft)
            accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, PanelShape>(PackPanels.Run<LeftPanel, DepthSlowest>)(
                new(PackPanels.GridFor<DepthSlowest>(lefts), group), a.View, packedLeft.View, lefts);
        Action<ArrayView<float>, ArrayView<float>, PanelShape> packRight = PackPanels.Run<RightPanel<TTile>, TRight>;
        var multiply = PanelMatMul.Multiply<TTile, TLeft, TEpilogue>;
        // In two blocks where there are panels enough.
        int all = rights.Panels, half = (all + 1) / 2;
        for (int first = 0; first < all; first += half)
        {
            (rights.FirstPanel, rights.Panels) = (first, Math.Min(half, all - first));
            accelerator.LoadStreamKernel(packRight)(new(PackPanels.GridFor<TRight>(rights), group), b.View, packedRight.View, rights);
            // Two tiles of rows at a time.
            var grid = new Index3D(2, rights.Panels, Launch.Groups(Launch.Groups(shape.Rows, TTile.Rows), 2));
            accelerator.LoadStreamKernel(multiply)(
                new(grid, group), packsLeft ? packedLeft.View : a.View, packedRight.View, c.View, bias, saved, shape,
                new() { FirstPanel = first, WholeDepth = shape.Depth });
        }
        return c.Read();
    }
}
