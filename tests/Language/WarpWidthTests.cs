using ILGPU.Runtime.CPU;

namespace VaeGpu.Tests.Language;

/// <summary>Shuffles within parts of a warp.</summary>
public sealed class WarpWidthTests : LanguageTests
{
    private const int Width = 4;

    [EveryCompiler]
    public void Shuffles_stay_within_a_part_of_the_warp(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is CPUAccelerator)
            Assert.Ignore("ILGPU's own CPU accelerator takes the lane of the whole warp.");
        int count = 2 * accelerator.WarpSize;
        if (accelerator.WarpSize < Width)
            Assert.Ignore("The warp is no wider than a part of it.");
        int[] input = [.. Enumerable.Range(0, count).Select(i => i * i + 1)];
        using var source = accelerator.Allocate1D(input);
        using var target = accelerator.Allocate1D(new int[5 * count]);
        accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Shuffles)(new KernelConfig(1, count), source.View, target.View);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, count).SelectMany(i =>
        {
            int lane = i % Width, first = i - lane;
            return new[]
            {
                input[first + 1],
                input[lane >= 1 ? i - 1 : i],
                input[lane + 2 < Width ? i + 2 : i],
                input[first + (lane ^ 3)],
                Enumerable.Range(first, Width).Sum(k => input[k]),
            };
        })));
        return true;
    });

    public static void Shuffles(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, v = x[i];
        ArrayView<int> r = y.SubView(5 * i, 5);
        r[0] = Warp.Shuffle(v, 1, Width);
        r[1] = Warp.ShuffleUp(v, 1, Width);
        r[2] = Warp.ShuffleDown(v, 2, Width);
        r[3] = Warp.ShuffleXor(v, 3, Width);
        int sum = v;
        for (int distance = Width / 2; distance > 0; distance /= 2)
            sum += Warp.ShuffleXor(sum, distance, Width);
        r[4] = sum;
    }
}
