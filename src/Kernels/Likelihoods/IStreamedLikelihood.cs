using VaeGpu.Gpu;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Where the numbers of one data dimension lie in the decoder's output, or in a matrix of its shape.</summary>
public struct Planes
{
    /// <summary>Where the first number lies.</summary>
    public int Start;
    /// <summary>The distance of one number from the next: D.</summary>
    public int Stride;

    /// <summary>Reads number <paramref name="k"/>.</summary>
    public static float Read(ArrayView<float> values, Planes planes, int k) => values[planes.Start + k * planes.Stride];

    /// <summary>Prefetches number <paramref name="k"/> of the columns two groups' widths further on.</summary>
    public static void PrefetchNext(ArrayView<float> values, Planes planes, int k) =>
        Prefetch.Line(values, planes.Start + k * planes.Stride + StreamedTerms.Wide * Group.DimX);

    /// <summary>Writes number <paramref name="k"/>.</summary>
    public static void Write(ArrayView<float> values, Planes planes, int k, float value) =>
        values[planes.Start + k * planes.Stride] = value;
}

/// <summary>What a first pass over the outputs of a dimension leaves.</summary>
public struct FirstPass
{
    /// <summary>Over the logits.</summary>
    public LogSumExp Logits;
    /// <summary>Over the logits with the log-densities of their components added; of a categorical distribution, unused.</summary>
    public LogSumExp Joint;
    /// <summary>−log p(x), in nats, constants included.</summary>
    public float NegativeLog;
}

/// <summary>
/// A distribution p(x∣z) of one data dimension with many outputs, or with a number of them that is known at run time: they are streamed
/// from memory, once for the loss and once more for the gradient, where an <see cref="ILikelihood"/> holds them in registers.
/// </summary>
/// <remarks>
/// The layout is the same: output k of dimension j is column k·D + j, so that neighboring threads read neighbors.
/// <see cref="Reconstruction"/> takes these; an <see cref="ILikelihood"/> is one in <see cref="InRegisters{TLikelihood}"/>.
/// </remarks>
public interface IStreamedLikelihood : IDescribed
{
    /// <summary>Whether the formulas take a dimension's outputs from registers, without a loop over them.</summary>
    static abstract bool IsInRegisters { get; }

    /// <summary>Decoder outputs per data dimension.</summary>
    static abstract int Outputs(LikelihoodSettings settings);

    /// <summary>−log p(x), and what the gradient takes from its computation.</summary>
    static abstract FirstPass Sum(float x, ArrayView<float> outputs, Planes planes, LikelihoodSettings settings);

    /// <summary>Writes <paramref name="weight"/>·∇(−log p(x)); <paramref name="gradient"/> may be the outputs themselves.</summary>
    static abstract void Differentiate(
        float x, ArrayView<float> outputs, Planes planes, FirstPass sums, ArrayView<float> gradient, float weight,
        LikelihoodSettings settings);

    /// <summary>The mean of p.</summary>
    static abstract float Mean(ArrayView<float> outputs, Planes planes, LikelihoodSettings settings);

    /// <summary>A draw from p.</summary>
    static abstract float Sample(ArrayView<float> outputs, Planes planes, RandomWords words, LikelihoodSettings settings);
}

/// <summary>What distributions with logits of K classes or components share; the logits are the first K outputs.</summary>
internal static class Logits
{
    /// <summary>Logit k.</summary>
    public static float Read(ArrayView<float> outputs, Planes planes, int k) => Bounds.Logit(Planes.Read(outputs, planes, k));

    /// <summary>log Σ eˡ.</summary>
    public static LogSumExp Sum(ArrayView<float> outputs, Planes planes, int count)
    {
        LogSumExp sum = LogSumExp.Empty;
        for (int k = 0; k < count; k++)
            sum = LogSumExp.Add(sum, Read(outputs, planes, k));
        return sum;
    }

    /// <summary>A class drawn by inverse distribution: how many of the running sums of the shares lie at or below u.</summary>
    public static int Draw(ArrayView<float> outputs, Planes planes, int count, uint word)
    {
        LogSumExp sum = Sum(outputs, planes, count);
        float threshold = Philox.Uniform(word) * sum.Sum;
        float running = 0f;
        int drawn = 0;
        for (int k = 0; k < count - 1; k++)
        {
            running += Numerics.Exponential.Exp(Read(outputs, planes, k) - sum.Greatest);
            drawn += running <= threshold ? 1 : 0;
        }
        return drawn;
    }
}
