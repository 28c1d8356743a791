using VaeGpu.Kernels;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Kernels;

public class MatMulTests
{
    private const int GroupSize = 16;

    // 1, primes, a tile of 12 rows and 32 columns, one less and one more.
    private static readonly (int Rows, int Columns, int Depth)[] Shapes =
        [(1, 1, 1), (1, 33, 7), (12, 32, 16), (11, 31, 5), (13, 33, 17), (29, 20, 37), (24, 64, 1), (5, 3, 41)];

    [EveryDevice]
    public void Every_product_is_the_sum_in_order(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach ((int rows, int columns, int depth) in Shapes)
            {
                var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
                float[] left = inputs.Normal(rows * depth), right = inputs.Normal(depth * columns);
                float[] leftTurned = Turned(left, rows, depth), rightTurned = Turned(right, depth, columns);
                float[] expected = InOrder(left, right, shape);
                Compare.Bits(Product<Tile12x2, DepthFastest, DepthSlowest>(accelerator, left, right, shape), expected,
                    $"A·B {rows}×{columns}×{depth}");
                Compare.Bits(Product<Tile4x2, DepthFastest, DepthSlowest>(accelerator, left, right, shape), expected,
                    $"A·B, tile 4×2, {rows}×{columns}×{depth}");
                Compare.Bits(Product<Tile8x2, DepthSlowest, DepthSlowest>(accelerator, leftTurned, right, shape), expected,
                    $"Aᵀ·B {rows}×{columns}×{depth}");
                Compare.Bits(Product<Tile6x2, DepthFastest, DepthFastest>(accelerator, left, rightTurned, shape), expected,
                    $"A·Bᵀ {rows}×{columns}×{depth}");
            }
            return true;
        });
    }

    [EveryDevice]
    public void Blocks_in_shared_memory_give_the_same_sums(TestDevice device)
    {
        var inputs = new Inputs();
        device.Run(accelerator =>
        {
            foreach ((int rows, int columns, int depth) in (ReadOnlySpan<(int, int, int)>)[.. Shapes, (33, 31, 16), (36, 64, 36),
                (20, 12, 84)])
            {
                var shape = new MatMulShape { Rows = rows, Columns = columns, Depth = depth };
                AllLayouts<Single<Block32x32>>(accelerator, shape, inputs);
                if (BlockedMatMul.IsWide<DepthFastest, DepthSlowest>(shape) && BlockedMatMul.IsWide<DepthSlowest, DepthSlowest>(shape))
                {
                    AllLayouts<Block32x32>(accelerator, shape, inputs);
                    AllLayouts<Block16x32>(accelerator, shape, inputs);
                }
            }
            return true;
        });
    }

    /// <summary>The large blocks on the interpreter alone: they are for GPUs, and elsewhere they take seconds to compile.</summary>
    [Test]
    public void So_do_large_blocks()
    {
        var inputs = new Inputs();
        using Context context = Context.Create(b => b.Interpreter(32));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        AllLayouts<Block64x64>(accelerator, new() { Rows = 68, Columns = 132, Depth = 36 }, inputs);
        AllLayouts<Single<Block64x64>>(accelerator, new() { Rows = 63, Columns = 65, Depth = 19 }, inputs);
        AllLayouts<Block128x128>(accelerator, new() { Rows = 132, Columns = 124, Depth = 20 }, inputs);
        AllLayouts<Single<Block128x128>>(accelerator, new() { Rows = 127, Columns = 3, Depth = 17 }, inputs);
    }

    [Test]
    public void The_launcher_takes_the_largest_block_that_keeps_the_processors_busy()
    {
        using Context context = Context.Create(b => b.Interpreter(32));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        var launcher = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        foreach (int rows in (int[])[4, 3, 16 * 132, 32 * 132])
        {
            var shape = new MatMulShape { Rows = rows, Columns = 32, Depth = 4 };
            using var left = new Guarded(accelerator, new Inputs().Normal(rows * 4));
            using var right = new Guarded(accelerator, new Inputs().Normal(4 * 32));
            using var output = new Guarded(accelerator, rows * 32);
            launcher.Run(left.View, right.View, output.View, default, default, shape);
            Compare.Bits(output.Read(), InOrder(left.Read(), right.Read(), shape), $"{rows} rows");
        }
        string[] compiled =
            [.. ((EngineAccelerator)accelerator).Kernels.Where(k => k.Executables.Count > 0).Select(k => k.Name[..k.Name.IndexOf(',')])];
        Assert.That(compiled, Has.Length.EqualTo(2).And.Some.Contains("Block16x32").And.Some.Contains("Block32x32"));
    }

    private static void AllLayouts<TBlock>(Accelerator accelerator, MatMulShape shape, Inputs inputs) where TBlock : struct, IBlock
    {
        float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
        float[] leftTurned = Turned(left, shape.Rows, shape.Depth), rightTurned = Turned(right, shape.Depth, shape.Columns);
        float[] expected = InOrder(left, right, shape);
        string size = $"{typeof(TBlock).Name} {shape.Rows}×{shape.Columns}×{shape.Depth}";
        Compare.Bits(Blocked<TBlock, DepthFastest, DepthSlowest>(accelerator, left, right, shape), expected, $"A·B {size}");
        Compare.Bits(Blocked<TBlock, DepthSlowest, DepthSlowest>(accelerator, leftTurned, right, shape), expected, $"Aᵀ·B {size}");
        Compare.Bits(Blocked<TBlock, DepthFastest, DepthFastest>(accelerator, left, rightTurned, shape), expected, $"A·Bᵀ {size}");
    }

    [Test]
    public void The_sum_in_order_is_close_to_the_exact_sum()
    {
        var inputs = new Inputs();
        var shape = new MatMulShape { Rows = 3, Columns = 5, Depth = 784 };
        float[] left = inputs.Normal(3 * 784), right = inputs.Normal(784 * 5);
        Compare.Close(InOrder(left, right, shape), i =>
        {
            double sum = 0;
            for (int k = 0; k < 784; k++)
                sum += (double)left[i / 5 * 784 + k] * right[k * 5 + i % 5];
            return sum;
        }, 784 * 6e-8, Math.Sqrt(784), "product");
    }

    private static float[] Product<TTile, TLeft, TRight>(Accelerator accelerator, float[] left, float[] right, MatMulShape shape)
        where TTile : struct, ITile where TLeft : struct, IOperand where TRight : struct, IOperand =>
        Product<TTile, TLeft, TRight, Plain>(accelerator, left, right, shape, default, default);

    internal static float[] Product<TTile, TLeft, TRight, TEpilogue>(
        Accelerator accelerator, float[] left, float[] right, MatMulShape shape, ArrayView<float> bias, ArrayView<float> saved)
        where TTile : struct, ITile where TLeft : struct, IOperand where TRight : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        using var a = new Guarded(accelerator, left);
        using var b = new Guarded(accelerator, right);
        using var c = new Guarded(accelerator, shape.Rows * shape.Columns);
        var kernel = MatMul.Multiply<TTile, TLeft, TRight, TEpilogue>;
        accelerator.LoadStreamKernel(kernel)(
            new(MatMul.GridFor<TTile>(shape.Rows, shape.Columns, GroupSize), new Index3D(GroupSize, 1, 1)),
            a.View, b.View, c.View, bias, saved, shape);
        return c.Read();
    }

    private static float[] Blocked<TBlock, TLeft, TRight>(Accelerator accelerator, float[] left, float[] right, MatMulShape shape)
        where TBlock : struct, IBlock where TLeft : struct, IOperand where TRight : struct, IOperand
    {
        using var a = new Guarded(accelerator, left);
        using var b = new Guarded(accelerator, right);
        using var c = new Guarded(accelerator, shape.Rows * shape.Columns);
        var kernel = BlockedMatMul.Multiply<TBlock, TLeft, TRight, Plain>;
        accelerator.LoadStreamKernel(kernel)(
            new(BlockedMatMul.GridFor<TBlock>(shape.Rows, shape.Columns), new Index3D(BlockedMatMul.GroupSize<TBlock>(), 1, 1)),
            a.View, b.View, c.View, default, default, shape);
        return c.Read();
    }

    internal static float[] InOrder(float[] left, float[] right, MatMulShape shape)
    {
        var result = new float[shape.Rows * shape.Columns];
        for (int i = 0; i < result.Length; i++)
        {
            for (int k = 0; k < shape.Depth; k++)
                result[i] = MathF.FusedMultiplyAdd(left[i / shape.Columns * shape.Depth + k],
                    right[k * shape.Columns + i % shape.Columns], result[i]);
        }
        return result;
    }

    internal static float[] Turned(float[] matrix, int rows, int columns)
    {
        var turned = new float[matrix.Length];
        for (int i = 0; i < matrix.Length; i++)
            turned[i % columns * rows + i / columns] = matrix[i];
        return turned;
    }
}
