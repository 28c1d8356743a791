using VaeGpu.Kernels.Ladders;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Kernels;

/// <summary>The rungs of ladders, on every device that they are for, at sizes that fit no tile.</summary>
public sealed class LadderTests
{
    private static IEnumerable<Ladder> Ladders => Ladder.All;

    [EveryDevice]
    public void Every_product_of_the_ladder_is_the_sum_in_order(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (var sizes in (LadderSizes[])[new(13, 33, 17), new(36, 20, 36)])
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

    [TestCaseSource(nameof(Ladders))]
    public void Every_rung_has_a_source_of_its_own_and_a_predecessor_before_it(Ladder ladder) => Assert.Multiple(() =>
    {
        Assert.That(ladder.Rungs.Select(rung => rung.Source), Is.Unique);
        foreach ((int i, Rung rung) in ladder.Rungs.Index())
        {
            Assert.That(File.Exists(Path.Combine(ReadmeTests.Root, rung.Path)), rung.Path);
            Assert.That(rung.After is null, Is.EqualTo(i == 0), $"only the first has no predecessor: {rung.Name}");
            Assert.That(i == 0 || ladder.NumberOf(rung.After!) is > 0 and var after && after <= i, $"the predecessor of {rung.Name}");
        }
    });

    /// <summary>Runs each rung that is for the device between guard bands, and hands over the order of its additions and its results.</summary>
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
