namespace VaeGpu.Tests.Language;

public sealed class GridTests : LanguageTests
{
    [EveryCompiler]
    public void Groups_and_grids_have_three_dimensions(TestDevice device)
    {
        Same<int, long>(device, Places, Small, 2 * 3 * 2 * 5 * 3 * 2, new KernelConfig(new Index3D(2, 3, 2), new Index3D(5, 3, 2)));
        Same<int, long>(device, Places, Small, 3 * 2 * 16 * 2, new KernelConfig(new Index2D(3, 2), new Index2D(16, 2)));
        Same<int, long>(device, Places, Small, 4 * 7 * 3, new KernelConfig(new Index3D(1, 4, 1), new Index3D(1, 7, 3)));
    }

    public static void Places(ArrayView<int> x, ArrayView<long> y)
    {
        Index3D i = Grid.GlobalIndex;
        long place = i.X + 100L * i.Y + 10_000L * i.Z + 1_000_000L * Group.LinearIndex + 100_000_000L * Grid.IdxX
            + 1_000_000_000L * Grid.IdxY;
        place = place * 7 + Group.IdxX + 3 * Group.IdxY + 5 * Group.IdxZ + 11 * Grid.IdxZ;
        place = place * 13 + Grid.DimX * Grid.DimY * Grid.DimZ + Group.DimX * Group.DimY * Group.DimZ + Group.DimZ;
        y[Grid.GlobalLinearIndex] = place + x[Group.LinearIndex];
    }

    [EveryCompiler]
    public void Implicitly_grouped_kernels_get_their_index(TestDevice device) => device.Run(accelerator =>
    {
        using var line = accelerator.Allocate1D(new int[105]);
        using var plane = accelerator.Allocate1D(new int[35]);
        using var space = accelerator.Allocate1D(new int[30]);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(Line)(100, line.View, 3);
        accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>>(Plane)(new Index2D(5, 6), plane.View);
        accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>>(Space)(new Index3D(2, 3, 4), space.View);
        accelerator.Synchronize();
        Assert.Multiple(() =>
        {
            Assert.That(line.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 105).Select(i => i < 100 ? 3 * i + 1 : 0)));
            Assert.That(plane.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 35).Select(i => i < 30 ? i % 5 + 100 * (i / 5) + 1 : 0)));
            Assert.That(space.GetAsArray1D(), Is.EqualTo(
                Enumerable.Range(0, 30).Select(i => i < 24 ? i % 2 + 10 * (i / 2 % 3) + 100 * (i / 6) + 1 : 0)));
        });
        return true;
    });

    public static void Line(Index1D i, ArrayView<int> y, int factor)
    {
        if (i == 7)
        {
            y[i] = 22;
            return;
        }
        y[i] = i * factor + 1;
    }

    public static void Plane(Index2D i, ArrayView<int> y) => y[i.Y * 5 + i.X] = i.X + 100 * i.Y + 1;

    public static void Space(Index3D i, ArrayView<int> y) => y[(i.Z * 3 + i.Y) * 2 + i.X] = i.X + 10 * i.Y + 100 * i.Z + 1;
}
