using VaeGpu.Kernels.Ladders.Convolution;
using VaeGpu.Kernels.Ladders.Elementwise;
using VaeGpu.Kernels.Ladders.MatMul;
using VaeGpu.Kernels.Ladders.Pairwise;
using VaeGpu.Kernels.Ladders.Reduction;

namespace VaeGpu.Kernels.Ladders;

/// <summary>
/// A ladder: one task, and kernels that do it, each with one idea more than its predecessor. All take two inputs, <c>left</c> and
/// <c>right</c>, and give one output; each ladder says what these are.
/// </summary>
public abstract class Ladder : Choice<Ladder>
{
    private protected Ladder(string member) : base(member)
    {
    }

    /// <summary>The product of two matrices.</summary>
    public static Ladder Matmul { get; } = new MatMulLadder();

    /// <summary>The sums over the rows of a matrix.</summary>
    public static Ladder Reduction { get; } = new ReductionLadder();

    /// <summary>A bias and an activation for each element of a matrix.</summary>
    public static Ladder Elementwise { get; } = new ElementwiseLadder();

    /// <summary>A strided convolution of images.</summary>
    public static Ladder Convolution { get; } = new ConvolutionLadder();

    /// <summary>The squared distances between all rows of two matrices.</summary>
    public static Ladder Pairwise { get; } = new PairwiseLadder();

    /// <summary>What is computed, as a formula.</summary>
    public abstract string Task { get; }

    /// <summary>The rungs, from the first on.</summary>
    public abstract IReadOnlyList<Rung> Rungs { get; }

    /// <summary>The sizes that follow from a single number, which the user chooses.</summary>
    public abstract LadderSizes SizesOf(int size);

    /// <summary>The number that is chosen where the user chooses none.</summary>
    public abstract int DefaultSize(LadderScale scale);

    /// <summary>The sizes in words, such as "768×768×768".</summary>
    public abstract string InWords(LadderSizes sizes);

    /// <summary>The numbers in the inputs and in the output.</summary>
    public abstract (int Left, int Right, int Output) Lengths(LadderSizes sizes);

    /// <summary>The fewest floating-point operations that a rung needs; a fused multiply-add is two.</summary>
    public abstract double Flops(LadderSizes sizes);

    /// <summary>The fewest bytes of device memory that are read, each once, and written, each once.</summary>
    public virtual double Bytes(LadderSizes sizes)
    {
        (int left, int right, int output) = Lengths(sizes);
        return sizeof(float) * ((double)left + right + output);
    }

    /// <summary>The number of a rung, from 1 on.</summary>
    public int NumberOf(Rung rung) => Rungs.Index().First(other => other.Item.Source == rung.Source).Index + 1;

    /// <summary>The rung that a rung changes; null for the first of a task.</summary>
    public Rung? PredecessorOf(Rung rung) => rung.After is null ? null : Rungs.First(other => other.Source == rung.After);

    /// <summary>The first rung of the same order of additions, whose results a rung has, bit for bit.</summary>
    public Rung ReferenceOf(Rung rung) => Rungs.First(other => other.Order == rung.Order);
}

/// <summary>What a default size is for.</summary>
public enum LadderScale
{
    /// <summary>Devices that check kernels, slowly.</summary>
    Checking,
    /// <summary>A processor: beyond its first-level cache.</summary>
    Processor,
    /// <summary>A GPU: groups enough for all its processors.</summary>
    Gpu,
}

/// <summary>The sizes of a ladder's task; what they stand for is said by each ladder.</summary>
public readonly record struct LadderSizes(int Rows, int Columns, int Depth);
