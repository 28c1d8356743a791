namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// A discretized logistic distribution of a <see cref="Mixture{TComponent}"/> (Salimans, Karpathy, Chen and Kingma 2017), outputs μ and log
/// s: what a logistic variable puts on the interval around a gray level; the lowest and the highest level have the tails.
/// </summary>
/// <remarks>
/// <para>Gray levels 0 … L−1 lie on [−1, 1] as in the paper, 2/(L − 1) apart: y = 2·level/(L − 1) − 1. With h = 1/(L − 1),
/// p = (y + h − μ)/s and m = (y − h − μ)/s the mass is σ(p) − σ(m).</para>
/// <para>The paper takes the logarithm of that difference, and where it is small the density times the width instead. Here it is
/// exact everywhere: σ(p) − σ(m) = (1 − e^−(p − m))·σ(p)·σ(−m), so log = ln(1 − e^−w) − softplus(−p) − softplus(m), w = 2h/s: no difference
/// of near numbers is left. The lowest level has −softplus(−p) alone, the highest −softplus(m).</para>
/// <para>∂/∂μ = (σ(m) − σ(−p))/s; ∂/∂log s = m·σ(m) − p·σ(−p) − w/(eʷ − 1), the terms of the tails left out likewise; 0 beyond [−7, 10],
/// the paper's lower bound of log s. Mean: 1 − 2h·Σ σ(edges), in gray. Sampler: s·logit(u) + μ, rounded to the nearest level.</para>
/// </remarks>
public struct LogisticComponent : IComponent
{
    public static LikelihoodDescription Description => new(
        Support.Levels, o => Settings(o.Components, o.Classes), nameof(LikelihoodOptions.Components), nameof(LikelihoodOptions.Classes));

    private const float SmallestLogScale = -7f;
    private const float LargestLogScale = 10f;

    /// <summary>The settings of a mixture of K components over L gray levels.</summary>
    public static LikelihoodSettings Settings(int components, int levels = 256) => GrayLevels.OfGray(levels) with { Count = components };

    public static float Log(float x, float location, float spread, LikelihoodSettings settings)
    {
        Interval at = Of(x, location, LogScale(spread), settings);
        float inside = Logarithm.Log(-Exponential.Expm1(-at.Width));
        float upper = Sigmoids.Softplus(-at.Upper);
        float lower = Sigmoids.Softplus(at.Lower);
        return (at.IsLowest | at.IsHighest ? 0f : inside) - (at.IsHighest ? 0f : upper) - (at.IsLowest ? 0f : lower);
    }

    public static ComponentGradient Differentiate(float x, float location, float spread, LikelihoodSettings settings)
    {
        float logScale = LogScale(spread);
        Interval at = Of(x, location, logScale, settings);
        float upperTail = Sigmoids.Sigmoid(-at.Upper);
        float lowerTail = Sigmoids.Sigmoid(at.Lower);
        float width = at.Width / Exponential.Expm1(at.Width);
        float upper = at.IsHighest ? 0f : upperTail;
        float lower = at.IsLowest ? 0f : lowerTail;
        float inside = at.IsLowest | at.IsHighest ? 0f : width;
        return new()
        {
            Location = (lower - upper) * Exponential.Exp(-logScale),
            Spread = logScale != spread ? 0f : at.Lower * lower - at.Upper * upper - inside,
        };
    }

    public static float Mean(float location, float spread, LikelihoodSettings settings)
    {
        float inverse = Exponential.Exp(-LogScale(spread));
        float half = 1f / settings.Width;
        float sum = 0f;
        for (int edge = 1; edge < 2f * settings.Width; edge += 2)
            sum += Sigmoids.Sigmoid(Bounds.Distance((edge * half - 1f - location) * inverse));
        return 1f - sum * half;
    }

    public static float Sample(float location, float spread, RandomWords words, LikelihoodSettings settings)
    {
        float uniform = Philox.UniformInside(words.B);
        float logit = Logarithm.Log(uniform) - Logarithm.Log(1f - uniform);
        float drawn = MathF.FusedMultiplyAdd(Exponential.Exp(LogScale(spread)), logit, location);
        float level = Bounds.Clamp((0.5f * drawn + 0.5f) * settings.Width, 0f, settings.Width);
        return MathF.Round(level) / settings.Width;
    }

    private static float LogScale(float spread) => Bounds.Clamp(spread, SmallestLogScale, LargestLogScale);

    private static Interval Of(float x, float location, float logScale, LikelihoodSettings settings)
    {
        float level = GrayLevels.Class(x, settings, (int)settings.Width + 1);
        float inverse = Exponential.Exp(-logScale);
        float half = 1f / settings.Width;
        float distance = (2f * level - settings.Width) * half - location;
        return new()
        {
            Upper = Bounds.Distance((distance + half) * inverse),
            Lower = Bounds.Distance((distance - half) * inverse),
            Width = 2f * half * inverse,
            IsLowest = level == 0f,
            IsHighest = level == settings.Width,
        };
    }

    private struct Interval
    {
        /// <summary>p, m and w.</summary>
        public float Upper, Lower, Width;
        public bool IsLowest, IsHighest;
    }
}
