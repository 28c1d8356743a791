namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The derivatives of a component's log-density with respect to its two outputs.</summary>
public struct ComponentGradient
{
    /// <summary>With respect to the location.</summary>
    public float Location;
    /// <summary>With respect to the logarithm of the scale or of the variance, whichever the component takes.</summary>
    public float Spread;
}

/// <summary>A component of a <see cref="Mixture{TComponent}"/>: a distribution with a location and a spread.</summary>
public interface IComponent : IDescribed
{
    /// <summary>log p(x).</summary>
    static abstract float Log(float x, float location, float spread, LikelihoodSettings settings);

    static abstract ComponentGradient Differentiate(float x, float location, float spread, LikelihoodSettings settings);

    static abstract float Mean(float location, float spread, LikelihoodSettings settings);

    /// <summary>A draw; the first word is spent.</summary>
    static abstract float Sample(float location, float spread, RandomWords words, LikelihoodSettings settings);
}

/// <summary>
/// A mixture of K components: −log p(x) = log Σ e^lₖ − log Σ e^(lₖ + log pₖ(x)), π = softmax(l). Outputs: K logits, K locations, K
/// spreads.
/// </summary>
/// <remarks>
/// With the responsibilities rₖ = πₖpₖ(x)/p(x): ∂/∂lₖ = πₖ − rₖ, and each component's derivatives times −rₖ. Mean Σ πₖ·meanₖ. Sampler:
/// a component by inverse distribution, then a draw from it. Any K.
/// </remarks>
public struct Mixture<TComponent> : IStreamedLikelihood
    where TComponent : struct, IComponent
{
    public static LikelihoodDescription Description => TComponent.Description;

    public static bool IsInRegisters => false;

    public static int Outputs(LikelihoodSettings settings) => 3 * settings.Count;

    public static FirstPass Sum(float x, ArrayView<float> outputs, Planes planes, LikelihoodSettings settings)
    {
        LogSumExp logits = LogSumExp.Empty;
        LogSumExp joint = LogSumExp.Empty;
        for (int k = 0; k < settings.Count; k++)
        {
            float logit = Logits.Read(outputs, planes, k);
            logits = LogSumExp.Add(logits, logit);
            joint = LogSumExp.Add(joint, logit + ComponentLog(x, outputs, planes, k, settings));
        }
        float negativeLog = LogSumExp.Minus(logits, joint.Greatest) - Numerics.Logarithm.Log(joint.Sum);
        return new() { Logits = logits, Joint = joint, NegativeLog = negativeLog };
    }

    public static void Differentiate(
        float x, ArrayView<float> outputs, Planes planes, FirstPass sums, ArrayView<float> gradient, float weight,
        LikelihoodSettings settings)
    {
        for (int k = 0; k < settings.Count; k++)
        {
            float logit = Logits.Read(outputs, planes, k);
            float location = Planes.Read(outputs, planes, settings.Count + k);
            float spread = Planes.Read(outputs, planes, 2 * settings.Count + k);
            float responsibility = LogSumExp.Share(sums.Joint, logit + TComponent.Log(x, location, spread, settings));
            ComponentGradient own = TComponent.Differentiate(x, location, spread, settings);
            Planes.Write(gradient, planes, k, weight * (LogSumExp.Share(sums.Logits, logit) - responsibility));
            Planes.Write(gradient, planes, settings.Count + k, weight * -(responsibility * own.Location));
            Planes.Write(gradient, planes, 2 * settings.Count + k, weight * -(responsibility * own.Spread));
        }
    }

    public static float Mean(ArrayView<float> outputs, Planes planes, LikelihoodSettings settings)
    {
        LogSumExp sum = Logits.Sum(outputs, planes, settings.Count);
        float mean = 0f;
        for (int k = 0; k < settings.Count; k++)
        {
            float own = TComponent.Mean(
                Planes.Read(outputs, planes, settings.Count + k), Planes.Read(outputs, planes, 2 * settings.Count + k), settings);
            mean = MathF.FusedMultiplyAdd(LogSumExp.Share(sum, Logits.Read(outputs, planes, k)), own, mean);
        }
        return mean;
    }

    public static float Sample(ArrayView<float> outputs, Planes planes, RandomWords words, LikelihoodSettings settings)
    {
        int k = Logits.Draw(outputs, planes, settings.Count, words.A);
        return TComponent.Sample(
            Planes.Read(outputs, planes, settings.Count + k), Planes.Read(outputs, planes, 2 * settings.Count + k), words, settings);
    }

    private static float ComponentLog(float x, ArrayView<float> outputs, Planes planes, int k, LikelihoodSettings settings) =>
        TComponent.Log(x, Planes.Read(outputs, planes, settings.Count + k), Planes.Read(outputs, planes, 2 * settings.Count + k), settings);
}
