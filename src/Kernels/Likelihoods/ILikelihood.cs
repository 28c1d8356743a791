namespace VaeGpu.Kernels.Likelihoods;

/// <summary>What a likelihood is told at run time; each says what it makes of it.</summary>
public struct LikelihoodSettings
{
    /// <summary>The fixed scale: σ of a Gaussian.</summary>
    public float Scale;
    /// <summary>The part of −log p per dimension that depends on neither data nor network, computed in double precision.</summary>
    public float Constant;
}

/// <summary>
/// A law p(x∣z) of one data dimension, given the decoder's outputs for it. One file each: −log p with its constants, the
/// gradient, the mean and a sampler.
/// </summary>
/// <remarks>
/// <c>outputs</c> is a local array of <see cref="Outputs"/> numbers, so index it by constants. In the decoder's output,
/// (rows, Outputs·D) row-major, the outputs of one kind lie together: output k of dimension j is column k·D + j.
/// To add a likelihood: copy a file of this folder, write the four formulas, add it to the table of LikelihoodTests.
/// </remarks>
public interface ILikelihood
{
    /// <summary>Decoder outputs per data dimension.</summary>
    static abstract int Outputs { get; }

    /// <summary>−log p(x), in nats, constants included.</summary>
    static abstract float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings);

    /// <summary>Replaces the outputs by the derivatives of −log p(x) with respect to them.</summary>
    static abstract void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings);

    /// <summary>The mean of p.</summary>
    static abstract float Mean(ArrayView<float> outputs, LikelihoodSettings settings);

    /// <summary>A draw from p.</summary>
    static abstract float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings);
}
