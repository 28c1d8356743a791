using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Numerics;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Kernels;

public class ConvTests
{
    private const int Group = 16;

    // One of everything; a vector of channels, one less, one more; kernels and strides that divide nothing; more padding than image.
    private static readonly ConvShape[] Shapes =
    [
        Shape(1, 1, 1, 1, 1, 1, 1, 0), Shape(3, 5, 7, 1, 5, 3, 1, 1), Shape(9, 6, 6, 5, 33, 4, 2, 1), Shape(2, 7, 5, 32, 3, 5, 3, 2),
        Shape(8, 4, 4, 17, 32, 2, 2, 0), Shape(5, 8, 3, 2, 31, 3, 2, 0), Shape(2, 2, 9, 3, 4, 1, 3, 0), Shape(13, 3, 3, 8, 2, 4, 2, 2),
        Shape(2, 1, 2, 2, 3, 5, 1, 3),
    ];

    [EveryDevice]
    public void Every_convolution_is_the_sum_in_order(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach (ConvShape shape in Shapes)
            {
                float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), coarse = inputs.Normal(shape.Images * shape.Coarse.Length);
                float[] weights = inputs.Normal(shape.Weights);
                float[] turned = Transposed(weights, shape);
                string name = Name(shape);
                Compare.Bits(Convolve<Tile8x2, ToCoarse, DenseWeights, Plain>(accelerator, fine, weights, shape),
                    ConvReference.ToCoarse32(fine, weights, shape),
                    $"to coarse, {name}");
                Compare.Bits(Convolve<Tile4x2, ToFine, DenseWeights, Plain>(accelerator, coarse, turned, shape),
                    ConvReference.ToFine32(coarse, weights, shape),
                    $"to fine, {name}");
                Compare.Bits(Convolve<Tile6x2, ToCoarse, PackedWeights, Plain>(accelerator, fine, weights, shape),
                    ConvReference.ToCoarse32(fine, weights, shape), $"to coarse, packed, {name}");
                Compare.Bits(Convolve<Tile8x2, ToFine, PackedWeights, Plain>(accelerator, coarse, turned, shape),
                    ConvReference.ToFine32(coarse, weights, shape), $"to fine, packed, {name}");
                Compare.Bits(Weights<Tile6x2>(accelerator, fine, coarse, shape), ConvReference.Weights32(fine, coarse, shape),
                    $"weights, {name}");
            }
            return true;
        });
    }

    // Channels that are multiples of 4: fewer than a tile's rows, a whole number of tiles, and half a tile more.
    [EveryDevice]
    public void Channels_read_by_fours_give_the_same_sums(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (ConvShape shape in (ConvShape[])[Shape(9, 5, 6, 4, 12, 3, 2, 1), Shape(3, 4, 4, 16, 36, 2, 1, 0),
            Shape(2, 4, 3, 12, 8, 3, 1, 1)])
        {
            float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), coarse = inputs.Normal(shape.Images * shape.Coarse.Length);
            float[] weights = inputs.Normal(shape.Weights);
            float[] turned = Transposed(weights, shape);
            Compare.Bits(Convolve<Fours<Tile8x2>, ToCoarse, DenseWeights, Plain>(accelerator, fine, weights, shape),
                ConvReference.ToCoarse32(fine, weights, shape), $"to coarse, {Name(shape)}");
            Compare.Bits(Convolve<Fours<Tile8x2>, ToFine, DenseWeights, Plain>(accelerator, coarse, turned, shape),
                ConvReference.ToFine32(coarse, weights, shape), $"to fine, {Name(shape)}");
            Compare.Bits(Weights<Fours<Tile8x2>>(accelerator, fine, coarse, shape), ConvReference.Weights32(fine, coarse, shape),
                $"weights, {Name(shape)}");
        }
        return true;
    });

    /// <summary>The weights as <see cref="ToFine"/> takes them: (taps, coarse channels, fine channels).</summary>
    internal static float[] Transposed(float[] weights, ConvShape shape) =>
        [.. weights.Chunk(shape.Fine.Channels * shape.Coarse.Channels)
            .SelectMany(tap => MatMulTests.Turned(tap, shape.Fine.Channels, shape.Coarse.Channels))];

    /// <summary>⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩ = ⟨w, ∂⟨conv(x), y⟩/∂w⟩: the three sums in order are those of one bilinear map.</summary>
    [Test]
    public void The_sums_in_order_are_each_other_s_transposes()
    {
        var inputs = new Inputs();
        foreach (ConvShape shape in Shapes)
        {
            float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), coarse = inputs.Normal(shape.Images * shape.Coarse.Length);
            float[] weights = inputs.Normal(shape.Weights);
            double product = ConvReference.Trilinear(fine, weights, coarse, shape);
            double tolerance = 1e-6 * ConvReference.Trilinear(Absolute(fine), Absolute(weights), Absolute(coarse), shape);
            Assert.Multiple(() =>
            {
                Assert.That(Dot(ConvReference.ToCoarse32(fine, weights, shape), coarse), Is.EqualTo(product).Within(tolerance),
                    Name(shape));
                Assert.That(Dot(ConvReference.ToFine32(coarse, weights, shape), fine), Is.EqualTo(product).Within(tolerance), Name(shape));
                Assert.That(Dot(ConvReference.Weights32(fine, coarse, shape), weights), Is.EqualTo(product).Within(tolerance), Name(shape));
            });
        }
    }

    [EveryDevice]
    public void Unfolding_and_a_product_give_the_same_convolution(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (ConvShape shape in Shapes)
        {
            float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), weights = inputs.Normal(shape.Weights);
            ConvShape reduced = VaeGpu.Kernels.Convolutions.Unfold.Reduced(shape);
            float[] unfolded = Unfold(accelerator, fine, shape);
            Compare.Bits(unfolded, ConvReference.Unfold(fine, shape), $"unfolded, {Name(shape)}");
            Compare.Bits(Convolve<Tile8x2, ToCoarse, DenseWeights, Plain>(accelerator, unfolded, weights, reduced),
                ConvReference.ToCoarse32(fine, weights, shape), $"through unfolded, {Name(shape)}");
        }
        return true;
    });

    [EveryDevice]
    public void Folding_adds_what_unfolding_copied(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (ConvShape shape in Shapes)
        {
            float[] unfolded = inputs.Normal(shape.Images * shape.Coarse.Pixels * shape.Taps * shape.Fine.Channels);
            Compare.Bits(Fold(accelerator, unfolded, shape), ConvReference.Fold(unfolded, shape), Name(shape));
        }
        return true;
    });

    [Test]
    public void Small_quotients_are_exact()
    {
        foreach (int divisor in (int[])[1, 2, 3, 5, 7, 12, 100, 1000, 65537, 4194303])
        {
            for (int dividend = 0; dividend < 1 << 22; dividend += dividend < 2000 ? 1 : 1 + dividend % 7)
                Assert.That(SmallQuotient.Of(dividend, divisor) == dividend / divisor, $"{dividend}/{divisor}");
        }
    }

    [EveryDevice]
    public void Fused_epilogues_equal_their_unfused_twins(TestDevice device) => device.Run(accelerator =>
    {
        CheckEpilogues<Relu>(accelerator);
        CheckEpilogues<Gelu>(accelerator);
        return true;
    });

    private static void CheckEpilogues<TActivation>(Accelerator accelerator) where TActivation : struct, IActivation
    {
        var inputs = new Inputs();
        ConvShape shape = Shape(9, 6, 5, 3, 33, 3, 2, 1);
        var matrix = new MatrixShape { Rows = shape.Images * shape.Coarse.Pixels, Columns = shape.Coarse.Channels };
        KernelConfig elements = new(Elementwise.GridFor(matrix, Group), new Index3D(Group, 1, 1));
        float[] fine = inputs.Normal(shape.Images * shape.Fine.Length), weights = inputs.Normal(shape.Weights);
        float[] sums = ConvReference.ToCoarse32(fine, weights, shape);
        using var bias = new Guarded(accelerator, inputs.Normal(matrix.Columns));
        using var saved = new Guarded(accelerator, sums.Length);
        using var savedTwin = new Guarded(accelerator, sums.Length);
        using var twin = new Guarded(accelerator, sums);
        var activate = Elementwise.AddBiasAndActivate<TActivation>;
        accelerator.LoadStreamKernel(activate)(elements, twin.View, bias.View, savedTwin.View, matrix);
        Compare.Bits(
            Convolve<Tile8x2, ToCoarse, DenseWeights, BiasActivation<TActivation>>(
                accelerator, fine, weights, shape, bias.View, saved.View),
            twin.Read(), "activation");
        Compare.Bits(saved.Read(), savedTwin.Read(), "what is saved");

        using var kept = new Guarded(accelerator, inputs.Normal(sums.Length));
        using var gradientTwin = new Guarded(accelerator, sums);
        var differentiate = Elementwise.MultiplyByDerivative<TActivation>;
        accelerator.LoadStreamKernel(differentiate)(elements, gradientTwin.View, kept.View, matrix);
        Compare.Bits(
            Convolve<Tile8x2, ToCoarse, DenseWeights, ActivationGradient<TActivation>>(
                accelerator, fine, weights, shape, default, kept.View),
            gradientTwin.Read(), "gradient");
    }

    internal static ConvShape Shape(int images, int height, int width, int fine, int coarse, int kernel, int stride, int padding) => new()
    {
        Images = images,
        Fine = new() { Height = height, Width = width, Channels = fine },
        Coarse = new()
        {
            Height = ConvShape.CoarseExtent(height, kernel, stride, padding),
            Width = ConvShape.CoarseExtent(width, kernel, stride, padding),
            Channels = coarse,
        },
        Kernel = kernel,
        Stride = stride,
        Padding = padding,
    };

    internal static string Name(ConvShape s) =>
        $"{s.Images}×{s.Fine.Height}×{s.Fine.Width}×{s.Fine.Channels} to {s.Coarse.Channels}, kernel {s.Kernel}, stride {s.Stride}, "
            + $"padding {s.Padding}";

    private static float[] Absolute(float[] values) => Array.ConvertAll(values, MathF.Abs);

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static float[] Convolve<TTile, TDirection, TWeights, TEpilogue>(
        Accelerator accelerator, float[] source, float[] weights, ConvShape shape, ArrayView<float> bias = default,
        ArrayView<float> saved = default)
        where TTile : struct, ITile where TDirection : struct, IConvDirection where TWeights : struct, IConvWeights
        where TEpilogue : struct, IEpilogue
    {
        using var from = new Guarded(accelerator, source);
        using var stored = new Guarded(accelerator, weights);
        using Guarded? packed = TWeights.IsPadded ? Pack<TTile, TDirection>(accelerator, stored, shape) : null;
        using var to = new Guarded(accelerator, shape.Images * TDirection.Target(shape).Length);
        var kernel = Convolution.Run<TTile, TDirection, TWeights, TEpilogue>;
        accelerator.LoadStreamKernel(kernel)(new(Convolution.GridFor<TTile, TDirection>(shape, Group), new Index3D(Group, 1, 1)),
            from.View, (packed ?? stored).View, to.View, bias, saved, shape);
        return to.Read();
    }

    private static Guarded Pack<TTile, TDirection>(Accelerator accelerator, Guarded weights, ConvShape shape)
        where TTile : struct, ITile where TDirection : struct, IConvDirection
    {
        int depth = shape.Taps * TDirection.Source(shape).Channels, width = TTile.Columns * Group;
        PanelShape panels = PanelShape.Of(TDirection.Target(shape).Channels, depth, width);
        var packed = new Guarded(accelerator, panels.Panels * width * depth);
        var kernel = PackPanels.Run<RightPanel<TTile>, DepthSlowest>;
        accelerator.LoadStreamKernel(kernel)(
            new(PackPanels.GridFor<DepthSlowest>(panels), new Index3D(Group, 1, 1)), weights.View, packed.View, panels);
        return packed;
    }

    private static float[] Weights<TTile>(Accelerator accelerator, float[] fine, float[] coarse, ConvShape shape)
        where TTile : struct, ITile
    {
        var partialShape = new MatrixShape { Rows = ConvWeights.Chunks(shape), Columns = shape.Weights };
        using var x = new Guarded(accelerator, fine);
        using var y = new Guarded(accelerator, coarse);
        using var partial = new Guarded(accelerator, partialShape.Rows * partialShape.Columns);
        using var sums = new Guarded(accelerator, shape.Weights);
        var kernel = ConvWeights.Run<TTile>;
        accelerator.LoadStreamKernel(kernel)(new(ConvWeights.GridFor<TTile>(shape, Group), new Index3D(Group, 1, 1)),
            x.View, y.View, partial.View, shape, ConvWeights.ChunkImages(shape));
        var add = ColumnSum.Run;
        accelerator.LoadStreamKernel(add)((Launch.Groups(shape.Weights, Group), Group), partial.View, sums.View, partialShape);
        partial.Read();
        return sums.Read();
    }

    private static float[] Unfold(Accelerator accelerator, float[] fine, ConvShape shape)
    {
        using var from = new Guarded(accelerator, fine);
        using var to = new Guarded(accelerator, shape.Images * shape.Coarse.Pixels * shape.Taps * shape.Fine.Channels);
        var kernel = VaeGpu.Kernels.Convolutions.Unfold.Run;
        accelerator.LoadStreamKernel(kernel)((shape.Images * shape.Coarse.Height, Group), from.View, to.View, shape);
        return to.Read();
    }

    private static float[] Fold(Accelerator accelerator, float[] unfolded, ConvShape shape)
    {
        using var from = new Guarded(accelerator, unfolded);
        using var to = new Guarded(accelerator, shape.Images * shape.Fine.Length);
        var kernel = VaeGpu.Kernels.Convolutions.Fold.Run<Plain>;
        accelerator.LoadStreamKernel(kernel)((shape.Images * shape.Fine.Height, Group), from.View, to.View, from.View, from.View, shape);
        return to.Read();
    }
}
