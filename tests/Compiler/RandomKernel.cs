using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests;

/// <summary>What generated kernels may use, for targets that lack something.</summary>
internal sealed record RandomKernelOptions(bool Doubles = true, bool Shuffles = true);

/// <summary>A generated kernel with the launch that it is meant for. A seed always gives the same one.</summary>
internal sealed record RandomKernel(int Seed, Function Function, Index3D GroupDim, Index3D GridDim)
{
    private static readonly Index3D[] Groups = [1, 7, 16, 32, 64, 100, (4, 8), (5, 5, 4), (3, 1, 2)];
    private static readonly Index3D[] Grids = [1, 2, 3, (2, 2), (1, 2, 2)];

    public static RandomKernel Create(int seed, RandomKernelOptions? options = null)
    {
        var random = new Random(seed);
        Index3D group = Groups[random.Next(Groups.Length)], grid = Grids[random.Next(Grids.Length)];
        var kernel = new IrKernel($"Random{seed}");
        new StatementGenerator(random, kernel, group.Size, options ?? new()).Generate();
        return new(seed, kernel.Build(), group, grid);
    }

    public override string ToString() =>
        $"seed {Seed}, groups of {GroupDim.X}×{GroupDim.Y}×{GroupDim.Z}, grid of {GridDim.X}×{GridDim.Y}×{GridDim.Z}\n{Printer.Print(Function)}";
}
