using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Kernels;

/// <summary>Products that skip zeros of their left factor beside those of <see cref="MatMul"/>, which multiply by them.</summary>
public class SparsePanelMatMulTests
{
    // 1, primes, tiles and panels of every width, one less and one more.
    private static readonly (int Rows, int Columns, int Depth)[] Shapes =
        [(1, 1, 1), (3, 5, 2), (8, 48, 16), (7, 47, 15), (9, 49, 17), (29, 20, 37), (33, 97, 19)];

    [EveryDevice]
    public void Skipped_zeros_change_no_bit(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach ((int rows, int columns, int depth) in Shapes)
            {
                var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
                foreach (Zeros zeros in Enum.GetValues<Zeros>())
                {
                    Same<DepthFastest, DepthSlowest, Plain>(accelerator, shape, Left(inputs, zeros, shape, depthIsFastest: true), inputs);
                    Same<DepthSlowest, DepthSlowest, Plain>(accelerator, shape, Left(inputs, zeros, shape, depthIsFastest: false), inputs);
                    Same<DepthFastest, DepthFastest, Plain>(accelerator, shape, Left(inputs, zeros, shape, depthIsFastest: true), inputs);
                }
            }
            return true;
        });
    }

    [EveryDevice]
    public void Epilogues_are_those_of_products_that_skip_nothing(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 13, Columns = 53, Depth = 19 };
        float[] left = Left(inputs, Zeros.Rows, shape, depthIsFastest: true);
        Same<DepthFastest, DepthSlowest, BiasActivation<Relu>>(accelerator, shape, left, inputs);
        Same<DepthFastest, DepthSlowest, BiasActivation<Gelu>>(accelerator, shape, left, inputs);
        Same<DepthFastest, DepthFastest, ActivationGradient<Relu>>(accelerator, shape, left, inputs);
        return true;
    });

    /// <summary>Sums go on from part to part of the depth, whichever of them have zeros.</summary>
    [EveryDevice]
    public void Parts_of_the_depth_give_the_sums_of_the_whole(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 3, Columns = 19, Depth = 1100 };
        foreach (Zeros zeros in (Zeros[])[Zeros.Nowhere, Zeros.All, Zeros.Depths])
            Same<DepthSlowest, DepthSlowest, Plain>(accelerator, shape, Left(inputs, zeros, shape, depthIsFastest: false), inputs);
        return true;
    });

    /// <summary>0·∞ and 0·NaN are NaN: such a number is multiplied by each zero, wherever it is in the panel.</summary>
    [EveryDevice]
    public void Zeros_times_infinity_and_NaN_are_NaN(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 9, Columns = 103, Depth = 35 };
        foreach (float number in (float[])[float.PositiveInfinity, float.NegativeInfinity, float.NaN])
        {
            for (int k = 0; k < shape.Depth; k += 17)
            {
                float[] right = inputs.Normal(shape.Depth * shape.Columns), turned = inputs.Normal(shape.Depth * shape.Columns);
                right[k * shape.Columns + 3 * k] = number;
                turned[3 * k * shape.Depth + k] = number;
                float[] left = Left(inputs, Zeros.All, shape, depthIsFastest: true);
                float[] product = Same<DepthFastest, DepthSlowest, Plain>(accelerator, shape, left, inputs, right);
                float[] ofTurned = Same<DepthFastest, DepthFastest, Plain>(accelerator, shape, left, inputs, turned);
                for (int i = 0; i < shape.Rows; i++)
                {
                    Assert.That(product[i * shape.Columns + 3 * k], Is.NaN);
                    Assert.That(ofTurned[i * shape.Columns + 3 * k], Is.NaN);
                }
            }
        }
        return true;
    });

    /// <summary>A product that rounds to −0 and a zero behind it: the sum is +0, whether the zero is multiplied or not.</summary>
    [EveryDevice]
    public void A_sum_that_rounds_to_zero_has_no_sign(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 8, Columns = 48, Depth = 2 };
        foreach (float behind in (float[])[1f, -1f])
        {
            float[] left = [.. Enumerable.Range(0, 16).Select(i => i % 2 == 0 ? 1e-30f : 0f)];
            float[] right = [.. Enumerable.Range(0, 96).Select(i => i < 48 ? -1e-30f : behind)];
            float[] product = Same<DepthFastest, DepthSlowest, Plain>(accelerator, shape, left, inputs, right);
            Assert.That(product, Has.None.Matches<float>(float.IsNegative));
        }
        return true;
    });

    /// <summary>The launcher of a layer multiplies by zeros where it has no room to pack both factors.</summary>
    [EveryDevice]
    public void The_launcher_gives_the_same_sums_with_and_without_room_for_packing(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is not SimdAccelerator { WarpSize: > 1 })
            Assert.Ignore("Only the processor's vectors skip zeros; other devices multiply by them.");
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 37, Columns = 193, Depth = 35 };
        var launcher = MatMulLauncher.Forward(accelerator, Activation.Relu, skipsZeros: true);
        using var left = new Guarded(accelerator, Left(inputs, Zeros.Depths, shape, depthIsFastest: true));
        using var right = new Guarded(accelerator, inputs.Normal(shape.Depth * shape.Columns));
        using var bias = new Guarded(accelerator, inputs.Normal(shape.Columns));
        using var packed = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var unpacked = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var scratch = new Guarded(accelerator, (int)launcher.ScratchLength(shape));
        launcher.Run(left.View, right.View, packed.View, bias.View, bias.View, shape, scratch.View);
        launcher.Run(left.View, right.View, unpacked.View, bias.View, bias.View, shape);
        Assert.That(scratch.Read(), Has.Some.Not.NaN, "packed");
        Compare.Bits(packed.Read(), unpacked.Read(), "with room");
        return true;
    });

    /// <summary>A left factor that the caches do not hold is packed and listed some panels at a time.</summary>
    [EveryDevice]
    public void A_large_left_factor_gives_the_same_sums(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is not SimdAccelerator { WarpSize: > 1 })
            Assert.Ignore("Too large for the other devices, which pack and list a smaller factor in one part.");
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 1003, Columns = 53, Depth = 701 };
        DeviceTuning tuning = DeviceTuning.For(accelerator) with { Processors = 1 };
        float[] rows = Left(inputs, Zeros.Depths, shape, depthIsFastest: true);
        float[] turned = Left(inputs, Zeros.Depths, shape, depthIsFastest: false);
        Same<DepthFastest, DepthSlowest, Plain>(accelerator, shape, rows, inputs, tuning: tuning);
        Same<DepthSlowest, DepthSlowest, Plain>(accelerator, shape, turned, inputs, tuning: tuning);
        return true;
    });

    /// <summary>The lists are exact: each depth with a number that is not zero, in order, and no other.</summary>
    [EveryDevice]
    public void The_lists_have_the_depths_with_nonzero_numbers(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        int groupSize = accelerator.WarpSize is 4 or 8 ? accelerator.WarpSize : 16, panels = 3, depth = 37;
        int tiles = panels * groupSize / Tile4x3.Rows;
        float[] numbers = inputs.Normal(panels * depth * groupSize);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = Math.Abs(numbers[i]) < 1.2f ? 0f : i % 5 == 0 ? float.NaN : i % 7 == 0 ? float.Epsilon : numbers[i];
        using var packed = new Guarded(accelerator, numbers);
        using var depths = accelerator.Allocate1D<int>(NonzeroDepths.Length(panels, depth, groupSize, Tile4x3.Rows));
        using var nonfinite = accelerator.Allocate1D([1, 1, 1, 1, 1]);
        accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<int>, ArrayView<int>, int>(NonzeroDepths.Run<Tile4x3>)(
            new(panels, groupSize), packed.View, depths.View, nonfinite.View, depth);
        accelerator.Synchronize();
        int[] lists = depths.GetAsArray1D();
        Assert.That(nonfinite.GetAsArray1D(), Is.All.Zero);
        for (int tile = 0; tile < tiles; tile++)
        {
            int[] expected = [.. Enumerable.Range(0, depth).Where(k => Enumerable.Range(0, Tile4x3.Rows).Any(row =>
            {
                int line = tile * Tile4x3.Rows + row;
                return numbers[(line / groupSize * depth + k) * groupSize + line % groupSize] != 0f;
            }))];
            int[] list = lists[(tile * (depth + 1))..((tile + 1) * (depth + 1))];
            Assert.That(list[1..(list[0] + 1)], Is.EqualTo(expected.Select(k => k * groupSize)), $"tile {tile} of {tiles}");
        }
        return true;
    });

    /// <summary>Where a left factor is zero.</summary>
    private enum Zeros
    {
        Nowhere,
        Scattered,
        Rows,
        Depths,
        All,
    }

    private static float[] Left(Inputs inputs, Zeros zeros, MatMulShape shape, bool depthIsFastest)
    {
        float[] left = inputs.Normal(shape.Rows * shape.Depth), coins = inputs.Normal(left.Length);
        for (int i = 0; i < left.Length; i++)
        {
            (int row, int k) = depthIsFastest ? (i / shape.Depth, i % shape.Depth) : (i % shape.Rows, i / shape.Rows);
            bool isZero = zeros switch
            {
                Zeros.Nowhere => false,
                Zeros.Scattered => coins[i] < 1f,
                Zeros.Rows => coins[row] < 0.5f,
                Zeros.Depths => coins[k % coins.Length] < 0.5f,
                _ => true,
            };
            left[i] = isZero ? coins[i] < 0f ? -0f : 0f : left[i];
        }
        return left;
    }

    private static float[] Same<TLeft, TRight, TEpilogue>(
        Accelerator accelerator, MatMulShape shape, float[] left, Inputs inputs, float[]? right = null, DeviceTuning? tuning = null)
        where TLeft : struct, IOperand where TRight : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        right ??= inputs.Normal(shape.Depth * shape.Columns);
        float[] kept = inputs.Normal(shape.Rows * shape.Columns);
        var launcher = PanelProduct.Load<TLeft, TRight, TEpilogue>(accelerator, tuning ?? DeviceTuning.For(accelerator), skipsZeros: true);
        using var a = new Guarded(accelerator, left);
        using var b = new Guarded(accelerator, right);
        using var bias = new Guarded(accelerator, inputs.Normal(shape.Columns));
        using var c = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var saved = new Guarded(accelerator, kept);
        using var savedUnpacked = new Guarded(accelerator, kept);
        using var scratch = new Guarded(accelerator, (int)launcher.ScratchLength(shape));
        launcher.Run(a.View, b.View, c.View, bias.View, saved.View, shape, scratch.View);
        float[] product = c.Read();
        float[] whole = MatMulTests.Product<Tile6x2, TLeft, TRight, TEpilogue>(
            accelerator, left, right, shape, bias.View, savedUnpacked.View);
        string size = $"{shape.Rows}×{shape.Columns}×{shape.Depth}";
        Compare.Bits(product, whole, $"{typeof(TLeft).Name}, {typeof(TRight).Name}, {typeof(TEpilogue).Name}, {size}");
        Compare.Bits(saved.Read(), savedUnpacked.Read(), $"what {typeof(TEpilogue).Name} saves");
        scratch.Read();
        return product;
    }
}
