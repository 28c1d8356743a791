using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Host;
using VaeGpu.Tests.OpenCL;

namespace VaeGpu.Tests.Kernels;

/// <summary>The rungs of ladders, on every device that they are for, at sizes that fit no tile.</summary>
public sealed class LadderTests
{
    private static IEnumerable<Ladder> Ladders => Ladder.All;

    [EveryDevice]
    public void Every_product_of_the_ladder_is_the_sum_in_order(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LadderSizes sizes in Sizes(new(13, 33, 17), new(36, 20, 36)))
        {
            float[] left = inputs.Normal(sizes.Rows * sizes.Depth), right = inputs.Normal(sizes.Depth * sizes.Columns);
            var shape = new MatMulShape { Rows = sizes.Rows, Columns = sizes.Columns, Depth = sizes.Depth };
            float[] inOrder = MatMulTests.InOrder(left, right, shape);
            RunAll(accelerator, Ladder.Matmul, sizes, left, right, (order, result, what) =>
            {
                if (order == "k in order")
                    Compare.Bits(result, inOrder, what);
                else
                    Compare.Close(result, i => inOrder[i], 1.0 / (1 << 6), Math.Sqrt(sizes.Depth), what);
            });
        }
        return true;
    });

    [EveryDevice]
    public void Every_row_sum_of_the_ladder_has_the_order_that_its_rung_says(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LadderSizes sizes in Sizes(new(5, 13, 0), new(3, 300, 0), new(2, 567, 0)))
        {
            float[] left = inputs.Normal(sizes.Rows * sizes.Columns), right = inputs.Normal(sizes.Rows * sizes.Columns);
            float[] squares = [.. left.Zip(right, (x, y) => (x - y) * (x - y))];
            RunAll(accelerator, Ladder.Reduction, sizes, left, right, (order, result, what) => Compare.Bits(result, order switch
            {
                "columns in order" => [.. left.Chunk(sizes.Columns).Select(row => row.Aggregate(0f, (sum, x) => sum + x))],
                "256 partial sums and a tree" => [.. left.Chunk(sizes.Columns).Select(row => ReductionTests.RowSum(row))],
                _ => [.. squares.Chunk(sizes.Columns).Select(row => ReductionTests.RowSum(row))],
            }, what));
        }
        return true;
    });

    [EveryDevice]
    public void Every_elementwise_rung_gives_the_same_bits(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LadderSizes sizes in Sizes(new(5, 13, 0), new(3, 300, 0)))
        {
            float[] left = inputs.Normal(sizes.Rows * sizes.Columns), right = inputs.Normal(sizes.Columns);
            float[] expected = [.. left.Select((x, i) => Relu.Apply(x + right[i % sizes.Columns]))];
            RunAll(accelerator, Ladder.Elementwise, sizes, left, right, (_, result, what) => Compare.Bits(result, expected, what));
        }
        return true;
    });

    [EveryDevice]
    public void Every_convolution_of_the_ladder_adds_taps_and_channels_in_order(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LadderSizes sizes in Sizes(new(1, 5, 3), new(2, 4, 4)))
        {
            (int images, int weights, _) = Ladder.Convolution.Lengths(sizes);
            float[] left = inputs.Normal(images), right = inputs.Normal(weights);
            var image = new ImageShape { Height = 14, Width = 14, Channels = sizes.Depth };
            float[] expected = ConvReference.ToCoarse32(left, right, new()
            {
                Images = sizes.Rows, Fine = image, Coarse = new() { Height = 7, Width = 7, Channels = sizes.Columns },
                Kernel = 4, Stride = 2, Padding = 1,
            });
            RunAll(accelerator, Ladder.Convolution, sizes, left, right, (_, result, what) => Compare.Bits(result, expected, what));
        }
        return true;
    });

    [EveryDevice]
    public void Every_distance_of_the_ladder_has_the_order_or_the_bound_that_its_rung_says(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LadderSizes sizes in Sizes(new(13, 35, 19), new(4, 20, 36)))
        {
            float[] left = inputs.Normal(sizes.Rows * sizes.Depth), right = inputs.Normal(sizes.Columns * sizes.Depth);
            // A point of both sides: its distance is 0, of which the product keeps no digit.
            left.AsSpan(0, sizes.Depth).CopyTo(right);
            float[]? product = null;
            RunAll(accelerator, Ladder.Pairwise, sizes, left, right, (order, result, what) =>
            {
                if (order == "dimensions in order")
                {
                    Compare.Bits(result, Distances(left, right, sizes), what);
                    return;
                }
                product ??= result;
                Compare.Bits(result, product, what);
                for (int i = 0; i < result.Length; i++)
                {
                    (double exact, double norms) = Exact(left, right, sizes, i / sizes.Columns, i % sizes.Columns);
                    // Each norm and the product are sums of so many terms; |2x·y| is at most |x|² + |y|².
                    double bound = (sizes.Depth + 3) * norms / (1 << 23);
                    Assert.That(result[i], Is.EqualTo(exact).Within(bound).And.GreaterThanOrEqualTo(0), what);
                }
            });
        }
        return true;
    });

    /// <summary>The sizes to test at: the first alone on Oclgrind, which takes minutes for what takes a device a millisecond.</summary>
    private static LadderSizes[] Sizes(params LadderSizes[] sizes) => Oclgrind.IsHere ? sizes[..1] : sizes;

    private static float[] Distances(float[] left, float[] right, LadderSizes sizes)
    {
        var distances = new float[sizes.Rows * sizes.Columns];
        for (int i = 0; i < distances.Length; i++)
        {
            for (int d = 0; d < sizes.Depth; d++)
            {
                float difference = left[i / sizes.Columns * sizes.Depth + d] - right[i % sizes.Columns * sizes.Depth + d];
                distances[i] = MathF.FusedMultiplyAdd(difference, difference, distances[i]);
            }
        }
        return distances;
    }

    private static (double Distance, double Norms) Exact(float[] left, float[] right, LadderSizes sizes, int row, int column)
    {
        double distance = 0, norms = 0;
        for (int d = 0; d < sizes.Depth; d++)
        {
            double x = left[row * sizes.Depth + d], y = right[column * sizes.Depth + d];
            (distance, norms) = (distance + (x - y) * (x - y), norms + x * x + y * y);
        }
        return (distance, norms);
    }

    [TestCaseSource(nameof(Ladders))]
    public void Every_rung_has_a_source_of_its_own_and_a_predecessor_before_it(Ladder ladder) => Assert.Multiple(() =>
    {
        Assert.That(ladder.Rungs.Select(rung => rung.Source), Is.Unique);
        foreach ((int i, Rung rung) in ladder.Rungs.Index())
        {
            Assert.That(File.Exists(Path.Combine(ReadmeTests.Root, rung.Path)), rung.Path);
            Assert.That(ladder.NumberOf(rung), Is.EqualTo(i + 1));
            bool isFirst = i == 0 || ladder.Rungs[i - 1].Task != rung.Task;
            Assert.That(ladder.PredecessorOf(rung) is null, Is.EqualTo(isFirst), $"only the first has no predecessor: {rung.Name}");
            Assert.That(isFirst || ladder.NumberOf(ladder.PredecessorOf(rung)!) <= i, $"the predecessor of {rung.Name} comes before it");
        }
    });

    /// <summary>Runs each rung that is for the device between guard bands; hands over its order of additions and its results.</summary>
    private static void RunAll(
        Accelerator accelerator, Ladder ladder, LadderSizes sizes, float[] left, float[] right, Action<string, float[], string> check)
    {
        (int leftLength, int rightLength, int outputLength) = ladder.Lengths(sizes);
        Assert.That((left.Length, right.Length), Is.EqualTo((leftLength, rightLength)), "the lengths that the ladder says");
        foreach (Rung rung in ladder.Rungs.Where(rung => rung.Refusal(accelerator) is null))
        {
            using var leftBuffer = new Guarded(accelerator, left);
            using var rightBuffer = new Guarded(accelerator, right);
            using var output = new Guarded(accelerator, outputLength);
            LoadedRung loaded;
            try
            {
                loaded = rung.Load(accelerator, sizes);
                using var scratch = accelerator.Allocate1D<float>(Math.Max(4, loaded.ScratchLength));
                loaded.Launch(leftBuffer.View, rightBuffer.View, output.View, scratch.View);
                accelerator.Synchronize();
            }
            catch (NotSupportedException) when (accelerator is HostAccelerator)
            {
                // Plain C# has no barriers.
                continue;
            }
            check(rung.Order, output.Read(), $"{rung.Name}, {ladder.InWords(sizes)}");
        }
    }
}
