using VaeGpu.Kernels.Ladders.MatMul;

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
    public int NumberOf(Type source) => 1 + Rungs.ToList().FindIndex(rung => rung.Source == source);

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
