namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// What a likelihood is told at run time; each says what it makes of it. One lies in device memory: the host writes it once, or
/// the device itself where a variance is learned or follows from the batch.
/// </summary>
public struct LikelihoodSettings
{
    /// <summary>The fixed scale: σ of a Gaussian, b of a Laplace distribution.</summary>
    public float Scale;
    /// <summary>The part of −log p per dimension that depends on neither data nor network, computed in double precision.</summary>
    public float Constant;
    /// <summary>A second number of shape: δ of Huber's loss, the distance of gray levels.</summary>
    public float Width;
    /// <summary>Classes of a categorical distribution, components of a mixture.</summary>
    public int Count;
}

/// <summary>
/// A distribution p(x∣z) of one data dimension, given the decoder's outputs for it. One file each: −log p with its constants, the
/// gradient, the mean and a sampler.
/// </summary>
/// <remarks>
/// <c>outputs</c> is a local array of <see cref="Outputs"/> numbers, so index it by constants. In the decoder's output,
/// (rows, Outputs·D) row-major, the outputs of one kind lie together: output k of dimension j is column k·D + j. Distributions with many
/// outputs, or of a number known at run time only, are <see cref="IStreamedLikelihood"/>s.
/// Loss and gradient are finite wherever the outputs are: see <see cref="Bounds"/>.
/// To add a likelihood: write its description and its four formulas in a file of this folder, add a line to <see cref="Likelihood"/>
/// and, in double precision, an entry to ReferenceLikelihoods of the formula checks: these prove it on every device.
/// </remarks>
public interface ILikelihood : IDescribed
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
