namespace VaeGpu.Kernels.Likelihoods;

/// <summary>One of K classes, from their logits l: −log p(x) = log Σ eˡ − l_c, c the class of x.</summary>
/// <remarks>
/// Gray levels in K intervals of equal width, or symbols: <see cref="GrayLevels"/>. ∂/∂l_k = softmax_k − [k = c]. Mean Σ softmax_k·k/Width.
/// 2 reads, 1 write and 2 exponentials for each class; any K. The logits of consecutive classes lie 4·D bytes apart, too far for a
/// processor's own prefetcher: the gradient's loop prefetches those of later columns.
/// </remarks>
public struct Categorical : IStreamedLikelihood
{
    public static LikelihoodDescription Description => new(
        Support.Levels | Support.Symbols,
        o => o.Symbols ? SettingsOfSymbols(o.Classes) : Settings(o.Classes), nameof(LikelihoodOptions.Classes));

    /// <summary>The settings of K gray levels.</summary>
    public static LikelihoodSettings Settings(int classes) => GrayLevels.OfGray(classes) with { Count = classes };

    /// <summary>The settings of K symbols, a byte each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">K is over 256.</exception>
    public static LikelihoodSettings SettingsOfSymbols(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        return GrayLevels.OfSymbols(classes);
    }

    public static bool IsInRegisters => false;

    public static int Outputs(LikelihoodSettings settings) => settings.Count;

    public static FirstPass Sum(float x, ArrayView<float> outputs, Planes planes, LikelihoodSettings settings)
    {
        LogSumExp sum = Logits.Sum(outputs, planes, settings.Count);
        float own = Logits.Read(outputs, planes, GrayLevels.Class(x, settings, settings.Count));
        return new() { Logits = sum, NegativeLog = LogSumExp.Minus(sum, own) };
    }

    public static void Differentiate(
        float x, ArrayView<float> outputs, Planes planes, FirstPass sums, ArrayView<float> gradient, float weight,
        LikelihoodSettings settings)
    {
        int own = GrayLevels.Class(x, settings, settings.Count);
        for (int k = 0; k < settings.Count; k++)
        {
            Planes.PrefetchNext(outputs, planes, k);
            float share = LogSumExp.Share(sums.Logits, Logits.Read(outputs, planes, k));
            Planes.Write(gradient, planes, k, weight * (k == own ? share - 1f : share));
        }
    }

    public static float Mean(ArrayView<float> outputs, Planes planes, LikelihoodSettings settings)
    {
        LogSumExp sum = Logits.Sum(outputs, planes, settings.Count);
        float mean = 0f;
        for (int k = 0; k < settings.Count; k++)
            mean = MathF.FusedMultiplyAdd(LogSumExp.Share(sum, Logits.Read(outputs, planes, k)), (float)k, mean);
        return mean / settings.Width;
    }

    public static float Sample(ArrayView<float> outputs, Planes planes, RandomWords words, LikelihoodSettings settings) =>
        Logits.Draw(outputs, planes, settings.Count, words.A) / settings.Width;
}
