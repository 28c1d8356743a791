using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Tests.Interpreter;

/// <summary>What the emulation of warps counts, for kernels where it can be counted by hand.</summary>
public sealed class WarpProfileTests
{
    private const int Tile = 32;

    [TestCase(1, 4, 4), TestCase(2, 8, 4), TestCase(4, 16, 4), TestCase(8, 32, 4), TestCase(32, 32, 4), TestCase(0, 1, 1)]
    public void A_warp_touches_the_sectors_that_its_stride_spreads_over(int stride, int sectors, int least)
    {
        WarpProfile warps = Emulate(new(1, 64), Store, stride);
        Assert.Multiple(() =>
        {
            Assert.That(warps.GlobalPerRequest, Is.EqualTo(((double)sectors, (double)least)));
            Assert.That(warps.SharedPerRequest, Is.Null);
            Assert.That(warps.Accesses.Single() is { Requests: 2, Kind: AccessKind.Store, Bytes: 4 });
            Assert.That(warps.Accesses.Single().Distance, Is.EqualTo(4 * stride));
        });
    }

    [TestCase(Tile, 33 / 2.0), TestCase(Tile + 1, 1)]
    public void A_transpose_has_bank_conflicts_unless_its_rows_are_padded(int row, double passes)
    {
        WarpProfile warps = Emulate(new(new Index3D(1, 1, 1), new Index3D(Tile, Tile, 1)), Transpose, row);
        AccessProfile load = warps.Accesses.Single(access => access is { IsShared: true, Kind: AccessKind.Load });
        Assert.Multiple(() =>
        {
            Assert.That(warps.SharedPerRequest, Is.EqualTo((passes, 1.0)));
            Assert.That(load.Waste, Is.EqualTo(row == Tile ? Tile : 1));
            Assert.That(load.Note is null, Is.EqualTo(row != Tile));
            Assert.That(warps.GlobalPerRequest, Is.EqualTo((4.0, 4.0)));
        });
    }

    [TestCase(2, 1.0), TestCase(64, 0.0)]
    public void A_warp_diverges_where_its_threads_take_both_sides(int period, double divergent)
    {
        WarpProfile warps = Emulate(new(1, 128), Branch, period);
        Assert.Multiple(() =>
        {
            Assert.That(warps.DivergentBranches, Is.EqualTo(divergent));
            Assert.That(warps.Branches.Single().Warps, Is.EqualTo(4));
            Assert.That(warps.Branches.Single().Note is null, Is.EqualTo(divergent == 0));
            Assert.That(warps.ActiveLanes, divergent == 0 ? Is.EqualTo(1) : Is.InRange(0.5, 0.95));
        });
    }

    [TestCase(32, 1.0), TestCase(8, 0.25), TestCase(48, 0.75)]
    public void Lanes_without_threads_are_not_active(int threads, double active)
    {
        WarpProfile warps = Emulate(new(1, threads), Store, 1);
        Assert.That(warps.ActiveLanes, Is.EqualTo(active).Within(1e-12));
    }

    private static void Store(ArrayView<float> values, int stride) => values[Group.IdxX * stride] = 1;

    private static void Transpose(ArrayView<float> values, int row)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(Tile * (Tile + 1));
        tile[Group.IdxY * row + Group.IdxX] = values[Group.IdxY * Tile + Group.IdxX];
        Group.Barrier();
        values[Group.IdxY * Tile + Group.IdxX] = tile[Group.IdxX * row + Group.IdxY];
    }

    private static void Branch(ArrayView<float> values, int period)
    {
        if (Group.IdxX % period < period / 2)
        {
            for (int i = 0; i < period; i++)
                values[Group.IdxX] += i;
        }
        else
        {
            for (int i = 0; i < period; i++)
                values[Group.IdxX] *= i;
        }
    }

    private static WarpProfile Emulate(KernelConfig shape, Action<ArrayView<float>, int> kernel, int number) =>
        KernelInspector.Emulate(accelerator =>
        {
            using var buffer = accelerator.Allocate1D(new float[64 * 64]);
            accelerator.LoadStreamKernel(kernel)(shape, buffer.View, number);
        }).Single().Warps!;
}
