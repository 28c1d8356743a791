namespace VaeGpu.Tests.Language;

public sealed class WarpTests : LanguageTests
{
    [EveryCompiler]
    public void Shuffles_move_values_between_the_lanes_of_a_warp(TestDevice device) => device.Run(accelerator =>
    {
        int warp = accelerator.WarpSize, count = 2 * warp;
        int[] input = [.. Enumerable.Range(0, count).Select(i => i * i + 1)];
        using var source = accelerator.Allocate1D(input);
        using var target = accelerator.Allocate1D(new int[6 * count]);
        try
        {
            accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Shuffles)(new KernelConfig(1, count), source.View, target.View);
        }
        catch (KernelCompilationException refusal)
        {
            Assert.Ignore(refusal.Message);
        }
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, count).SelectMany(i =>
        {
            int lane = i % warp, first = i - lane;
            return new[]
            {
                input[first + (lane * 3 + 1) % warp],
                input[lane >= 2 ? i - 2 : i],
                input[lane + 1 < warp ? i + 1 : i],
                input[warp > 1 ? first + (lane ^ 1) : i],
                input[first],
                lane + 100 * (i / warp) + 10_000 * warp,
            };
        })));
        return true;
    });

    public static void Shuffles(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, v = x[i];
        ArrayView<int> r = y.SubView(6 * i, 6);
        r[0] = Warp.Shuffle(v, (Warp.LaneIdx * 3 + 1) % Warp.WarpSize);
        r[1] = Warp.ShuffleUp(v, 2);
        r[2] = Warp.ShuffleDown(v, 1);
        r[3] = Warp.WarpSize > 1 ? Warp.ShuffleXor(v, 1) : v;
        r[4] = Warp.Broadcast(v, 0);
        Warp.Barrier();
        r[5] = Warp.LaneIdx + 100 * Warp.WarpIdx + 10_000 * Warp.WarpSize;
    }
}
