using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>What generated kernels may use, for targets that lack something.</summary>
/// <param name="Doubles">Numbers of 64 bits with a fraction.</param>
/// <param name="Shuffles">What the threads of a warp do together.</param>
/// <param name="MaxThreads">The most threads of a group.</param>
internal sealed record RandomKernelOptions(bool Doubles = true, bool Shuffles = true, int MaxThreads = int.MaxValue);

/// <summary>A generated kernel with the launch that it is meant for. A seed always gives the same one.</summary>
internal sealed record RandomKernel(int Seed, Function Function, Index3D GroupDim, Index3D GridDim)
{
    private static readonly Index3D[] Groups =
        [new(1, 1, 1), new(7, 1, 1), new(16, 1, 1), new(32, 1, 1), new(64, 1, 1), new(100, 1, 1), new(4, 8, 1), (5, 5, 4), (3, 1, 2)];
    // Enough groups for several processors to be at work at once; the threads of all of them are what the interpreters' time goes into.
    private const int MinGroups = 3, MaxGroups = 40, Threads = 160;

    public static RandomKernel Create(int seed, RandomKernelOptions? options = null)
    {
        var random = new Random(seed);
        options ??= new();
        Index3D[] groups = [.. Groups.Where(g => g.Size <= options.MaxThreads)];
        Index3D group = groups[random.Next(groups.Length)], grid = Grid(random, group.Size);
        var kernel = new IrKernel($"Random{seed}");
        new StatementGenerator(random, kernel, group.Size, options).Generate();
        return new(seed, kernel.Build(), group, grid);
    }

    /// <summary>A grid along one, two or three axes.</summary>
    private static Index3D Grid(Random random, int groupSize)
    {
        int groups = random.Next(MinGroups, Math.Clamp(Threads / groupSize, MinGroups, MaxGroups) + 1);
        return random.Next(3) switch
        {
            0 => new(groups, 1, 1),
            1 => new((groups + 1) / 2, 2, 1),
            _ => (1, 2, (groups + 1) / 2),
        };
    }

    public override string ToString() =>
        $"seed {Seed}, groups of {GroupDim.X}×{GroupDim.Y}×{GroupDim.Z}, grid of "
            + $"{GridDim.X}×{GridDim.Y}×{GridDim.Z}\n{Printer.Print(Function)}";
}
