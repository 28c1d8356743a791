namespace VaeGpu.Tests.Language;

public sealed class LocalArrayTests : LanguageTests
{
    [EveryCompiler]
    public void Arrays_in_unrolled_loops_become_variables(TestDevice device) => Same<float>(device, Polynomial);

    public static void Polynomial(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<float> c = LocalMemory.Allocate<float>(6);
        for (int k = 0; k < 6; k++)
            c[k] = k * 0.5f - x[i];
        for (int round = 0; round < 300; round++)
        {
            for (int k = 5; k >= 1; k--)
                c[k] -= c[k - 1] * 0.01f;
            if (c[5] > 3)
                c[0] = round;
        }
        float sum = 0;
        for (int k = 0; k < 6; k += 2)
            sum = sum * 2 + c[k] + c[k + 1];
        y[i] = sum;
    }

    [EveryCompiler]
    public void A_tile_of_accumulators_is_summed_and_written(TestDevice device) => Same<float>(device, Tile);

    public static void Tile(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<StructTests.Pair<float>> tile = LocalMemory.Allocate<StructTests.Pair<float>>(6);
        for (int k = 0; k < 6; k++)
            tile[k] = default;
        for (int k = 0; k < x.IntLength; k += 7)
        {
            for (int row = 0; row < 2; row++)
            {
                for (int column = 0; column < 3; column++)
                    Add(ref tile[row * 3 + column], x[k] * (row + 1), x[i] - column);
            }
        }
        float sum = 0;
        for (int k = 0; k < 6; k++)
            sum = sum * 3 + tile[k].First + Total(tile.SubView(k, 1));
        y[i] = sum;
    }

    private static void Add(ref StructTests.Pair<float> pair, float a, float b) => pair = new(pair.First + a * b, pair.Second - b);

    private static float Total(ArrayView<StructTests.Pair<float>> one) => one[0].First + one[0].Second;

    [EveryCompiler]
    public void Arrays_of_small_integers_wrap_like_memory(TestDevice device) => Same<int>(device, Bytes);

    public static void Bytes(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        ArrayView<byte> bytes = LocalMemory.Allocate<byte>(4);
        ArrayView<short> shorts = LocalMemory.Allocate<short>(4);
        ArrayView<bool> flags = LocalMemory.Allocate<bool>(4);
        for (int k = 0; k < 4; k++)
        {
            bytes[k] = (byte)(x[i] * 77 + k);
            shorts[k] = (short)(x[i] * 7777);
            flags[k] = x[i] > k;
        }
        for (int k = 0; k < 4; k++)
        {
            bytes[k] += 200;
            shorts[k] *= 3;
            flags[k] ^= bytes[k] > 100;
            sum = sum * 5 + bytes[k] + shorts[k] + (flags[k] ? 1 : 0);
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void Arrays_are_sorted_by_comparisons(TestDevice device) => Same<int>(device, Sort);

    public static void Sort(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<int> a = LocalMemory.Allocate<int>(5);
        for (int k = 0; k < 5; k++)
            a[k] = x[(i * (k + 3) + k) % 63];
        for (int last = 4; last > 0; last--)
        {
            for (int k = 0; k < last; k++)
            {
                if (a[k] > a[k + 1])
                    (a[k], a[k + 1]) = (a[k + 1], a[k]);
            }
        }
        y[i] = ((a[0] * 31 + a[1]) * 31 + a[2]) * 31 + a[3] - a[4];
    }
}
