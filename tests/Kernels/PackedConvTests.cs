using VaeGpu.Kernels;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Kernels;

public class PackedConvTests
{
    private const int Group = 16;

    // A panel for each tap and two; kernels and strides that divide nothing; a kernel in the padding; one pixel; several images.
    private static readonly ConvShape[] Shapes =
    [
        ConvTests.Shape(3, 6, 7, 16, 1, 4, 2, 1), ConvTests.Shape(2, 7, 5, 32, 1, 5, 3, 2), ConvTests.Shape(1, 1, 1, 16, 1, 1, 1, 0),
        ConvTests.Shape(2, 1, 2, 16, 1, 5, 1, 3), ConvTests.Shape(2, 2, 3, 16, 1, 2, 1, 3),
    ];

    [EveryDevice]
    public void Unfolded_panels_are_the_unfolded_images(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach (ConvShape shape in Shapes)
            {
                float[] fine = inputs.Normal(shape.Images * shape.Fine.Length);
                // All images but the first.
                var images = new ImageRange { First = shape.Images > 1 ? 1 : 0, Count = Math.Max(1, shape.Images - 1) };
                int lines = shape.Taps * shape.Fine.Channels, depth = images.Count * shape.Coarse.Pixels;
                float[] unfolded = ConvReference.Unfold(fine, shape)[^(lines * depth)..];
                using var from = new Guarded(accelerator, fine);
                using var packed = new Guarded(accelerator, lines * depth);
                var kernel = UnfoldPanels.Run;
                accelerator.LoadStreamKernel(kernel)(
                    new(UnfoldPanels.GridFor(shape, images.Count), new Index3D(Group, 1, 1)), from.View, packed.View, shape, images);
                var expected = new float[lines * depth];
                for (int k = 0; k < depth; k++)
                {
                    for (int line = 0; line < lines; line++)
                        expected[(line / Group * depth + k) * Group + line % Group] = unfolded[k * lines + line];
                }
                Compare.Bits(packed.Read(), expected, ConvTests.Name(shape));
            }
            return true;
        });
    }

    /// <summary>Zeros of the padding are added where unpacked kernels add nothing: no bit differs once the chunks are added.</summary>
    [EveryDevice]
    public void Launchers_give_the_same_sums_with_and_without_room_for_packing(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            if (accelerator is not SimdAccelerator { WarpSize: > 1 })
                Assert.Ignore("Only the processor's vector code packs convolutions.");
            // One chunk, several with a shorter last one, and one for each image; columns one more than panels of 3 vectors, and fewer
            // than a vector; a kernel in the padding.
            foreach (ConvShape shape in (ConvShape[])[ConvTests.Shape(29, 9, 7, 16, 49, 4, 2, 1), ConvTests.Shape(40, 6, 5, 32, 7, 3, 1, 3),
                ConvTests.Shape(3, 20, 20, 16, 33, 3, 1, 1)])
            {
                float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), coarse = inputs.Normal(shape.Images * shape.Coarse.Length);
                // As rectifiers leave them, with zeros of both signs.
                fine = Array.ConvertAll(fine, x => x > 0 ? x : x > -0.5f ? 0f : -0f);
                float[] weights = inputs.Normal(shape.Weights);
                Convolve<ToCoarse>(accelerator, fine, weights, shape);
                Convolve<ToFine>(accelerator, coarse, ConvTests.Transposed(weights, shape), shape);
                Weights(accelerator, fine, coarse, shape);
            }
            return true;
        });
    }

    [EveryDevice]
    public void A_1x1_convolution_gives_the_same_sums(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach (ConvShape shape in (ConvShape[])[ConvTests.Shape(3, 5, 4, 7, 33, 1, 1, 0), ConvTests.Shape(2, 8, 4, 18, 66, 1, 1, 0)])
                Check(accelerator, shape);
            return true;
        });

        void Check(Accelerator accelerator, ConvShape shape)
        {
            float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), coarse = inputs.Normal(shape.Images * shape.Coarse.Length);
            float[] weights = inputs.Normal(shape.Weights);
            Compare.Bits(
                Launched<ToCoarse>(fine, weights), ConvReference.ToCoarse32(fine, weights, shape), $"to coarse, {ConvTests.Name(shape)}");
            Compare.Bits(
                Launched<ToFine>(coarse, ConvTests.Transposed(weights, shape)), ConvReference.ToFine32(coarse, weights, shape),
                $"to fine, {ConvTests.Name(shape)}");

            float[] Launched<TDirection>(float[] source, float[] factors) where TDirection : struct, IConvDirection
            {
                using var from = new Guarded(accelerator, source);
                using var by = new Guarded(accelerator, factors);
                using var to = new Guarded(accelerator, shape.Images * TDirection.Target(shape).Length);
                ConvLauncher.Load<TDirection, Plain>(accelerator).Run(from.View, by.View, to.View, default, default, shape);
                return to.Read();
            }
        }
    }

    private static void Convolve<TDirection>(Accelerator accelerator, float[] source, float[] weights, ConvShape shape)
        where TDirection : struct, IConvDirection
    {
        var launcher = ConvLauncher.Load<TDirection, Plain>(accelerator);
        long scratchLength = ConvLauncher.ScratchLength<TDirection>(DeviceTuning.For(accelerator), shape);
        Assert.That(scratchLength, Is.Positive);
        int length = shape.Images * TDirection.Target(shape).Length;
        using var from = new Guarded(accelerator, source);
        using var factors = new Guarded(accelerator, weights);
        using var scratch = new Guarded(accelerator, (int)scratchLength);
        using var packed = new Guarded(accelerator, length);
        using var dense = new Guarded(accelerator, length);
        launcher.Run(from.View, factors.View, packed.View, default, default, shape, scratch.View);
        launcher.Run(from.View, factors.View, dense.View, default, default, shape);
        Assert.That(scratch.Read(), Has.Some.Not.NaN, "packed");
        Compare.Bits(packed.Read(), dense.Read(), $"{typeof(TDirection).Name}, {ConvTests.Name(shape)}");
    }

    private static void Weights(Accelerator accelerator, float[] fine, float[] coarse, ConvShape shape)
    {
        var launcher = ConvWeightsLauncher.Load(accelerator);
        Assert.That(launcher.ScratchLength(shape), Is.Positive);
        var partialShape = new MatrixShape { Rows = ConvWeights.Chunks(shape), Columns = shape.Weights };
        using var x = new Guarded(accelerator, fine);
        using var y = new Guarded(accelerator, coarse);
        using var scratch = new Guarded(accelerator, (int)launcher.ScratchLength(shape));
        float[] packed = Sum(launcher, scratch.View), unpacked = Sum(launcher, default);
        Assert.That(scratch.Read(), Has.Some.Not.NaN, "packed");
        Compare.Bits(packed, unpacked, $"weights, {ConvTests.Name(shape)}");
        Compare.Bits(packed, ConvReference.Weights32(fine, coarse, shape), $"weights and their definition, {ConvTests.Name(shape)}");

        float[] Sum(ConvWeightsLauncher launcher, ArrayView<float> room)
        {
            using var partial = new Guarded(accelerator, partialShape.Rows * partialShape.Columns);
            using var sums = new Guarded(accelerator, shape.Weights);
            launcher.PartialSums(x.View, y.View, partial.View, shape, room);
            new MatrixLauncher(accelerator).SumColumns(partial.View, sums.View, partialShape);
            partial.Read();
            return sums.Read();
        }
    }
}
