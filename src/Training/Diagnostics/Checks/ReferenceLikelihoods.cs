namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The likelihoods in double precision: the proof of each on a device.</summary>
public static class ReferenceLikelihoods
{
    private const double Scale = 0.3, Delta = 0.8, Share = 0.3, Freedom = 7;
    private const int GrayClasses = 16, SymbolClasses = 27, Components = 3, Levels = 256;

    public static IReadOnlyList<ReferenceLikelihood> All { get; } =
    [
        Located(Likelihood.Gaussian, NormalOfScale),
        Located(Likelihood.GaussianShared, NormalOfScale),
        Located(Likelihood.GaussianOptimal, NormalOfScale),
        Scaled(Likelihood.GaussianLearned, new(), (x, o) => Normal(x, o[0], o[1]), o => Math.Exp(o[1] / 2)),
        Located(Likelihood.Laplace, (x, o) => Math.Abs(x - o[0]) / Scale + Math.Log(2 * Scale)),
        Scaled(
            Likelihood.LaplaceLearned, new(), (x, o) => Math.Abs(x - o[0]) / Math.Exp(o[1]) + Math.Log(2) + o[1], o => Math.Exp(o[1])),
        OfLogit(Likelihood.Bernoulli, CrossEntropy),
        OfClasses("", new() { Classes = GrayClasses }, GrayClasses - 1),
        OfClasses(" (symbols)", new() { Classes = SymbolClasses, Symbols = true }, 255),
        new()
        {
            Likelihood = Likelihood.Mixture, Options = new() { Components = Components }, Outputs = 3 * Components,
            NegativeLog = (x, o) => MixtureOf(o, (location, logVariance) => -Normal(x, location, logVariance)),
            Parts = o => Enumerable.Range(0, Components).Select(k => (o[Components + k], Math.Exp(o[2 * Components + k] / 2))),
            DrawOutputs = normal => Many(3 * Components, normal),
        },
        Located(Likelihood.Huber, Huber),
        Located(Likelihood.PHuber, PseudoHuber),
        OfLogit(Likelihood.ContinuousBernoulli, ContinuousBernoulli),
        OfLogit(Likelihood.ContinuousBernoulli, ContinuousBernoulli, " (λ near ½)", 0.05),
        new()
        {
            Likelihood = Likelihood.LogisticMixture, Options = new() { Components = Components, Classes = Levels },
            Outputs = 3 * Components,
            Values = [.. Enumerable.Range(0, Levels).Select(k => k / (Levels - 1.0))],
            NegativeLog = (x, o) => MixtureOf(o, (location, logScale) => LogLogisticMass(x, location, logScale)),
            DrawOutputs = normal =>
                [.. Many(Components, normal), .. Many(Components, () => 0.5 * normal()), .. Many(Components, () => normal() - 2)],
        },
        Scaled(
            Likelihood.StudentT, new() { Freedom = Freedom },
            (x, o) => StudentLoss((x - o[0]) / Math.Exp(o[1] / 2)) + StudentConstant + o[1] / 2, o => Math.Exp(o[1] / 2)),
        OfLogit(Likelihood.Hybrid, (x, o) =>
            Share * CrossEntropy(x, o) + (1 - Share) * Math.Pow(x - 1 / (1 + Math.Exp(-o[0])), 2)),
    ];

    /// <summary>The first reference of a likelihood.</summary>
    public static ReferenceLikelihood Of(Likelihood likelihood) => All.First(reference => reference.Likelihood == likelihood);

    /// <summary>½(x − μ)²/σ² + ½log(2πσ²).</summary>
    private static double Normal(double x, double mean, double logVariance) =>
        (x - mean) * (x - mean) / (2 * Math.Exp(logVariance)) + 0.5 * Math.Log(2 * Math.PI) + 0.5 * logVariance;

    private static double NormalOfScale(double x, double[] o) => Normal(x, o[0], 2 * Math.Log(Scale));

    private static double CrossEntropy(double x, double[] o) => x * SoftPlus(-o[0]) + (1 - x) * SoftPlus(o[0]);

    /// <summary>−log p with the normalizer from its definition: an integral, taken once.</summary>
    private static double Huber(double x, double[] o) => HuberLoss((x - o[0]) / Scale) + HuberConstant;

    private static double PseudoHuber(double x, double[] o) => PseudoHuberLoss((x - o[0]) / Scale) + PseudoHuberConstant;

    private static double HuberLoss(double t) => Math.Abs(t) <= Delta ? t * t / 2 : Delta * (Math.Abs(t) - Delta / 2);

    private static double PseudoHuberLoss(double t) => Delta * Delta * (Math.Sqrt(1 + t / Delta * (t / Delta)) - 1);

    private static double StudentLoss(double t) => (Freedom + 1) / 2 * Math.Log(1 + t * t / Freedom);

    private static readonly double HuberConstant = Math.Log(Scale) + LogIntegral(HuberLoss);
    private static readonly double PseudoHuberConstant = Math.Log(Scale) + LogIntegral(PseudoHuberLoss);
    private static readonly double StudentConstant = LogIntegral(StudentLoss);

    private static double LogIntegral(Func<double, double> loss) =>
        Math.Log(Quadrature.Between([-Delta, Delta, .. Enumerable.Range(-200, 401)]).Sum(t => Math.Exp(-loss(t))));

    /// <summary>−x·log λ − (1 − x)·log(1 − λ) − log C, C = 2·artanh(1 − 2λ)/(1 − 2λ) as in the paper; near λ = ½ by its series.</summary>
    private static double ContinuousBernoulli(double x, double[] o)
    {
        double lambda = 1 / (1 + Math.Exp(-o[0])), tilt = 1 - 2 * lambda, square = tilt * tilt;
        var constant = Math.Abs(tilt) < 1e-2
            ? 2 * (1 + square / 3 + square * square / 5 + square * square * square / 7)
            : 2 * Math.Atanh(tilt) / tilt;
        return CrossEntropy(x, o) - Math.Log(constant);
    }

    /// <summary>log of what a logistic variable puts around a level of [−1, 1]; taken in the nearer tail: there nothing cancels.</summary>
    private static double LogLogisticMass(double x, double location, double logScale)
    {
        const double half = 1.0 / (Levels - 1);
        var level = Math.Round(x * (Levels - 1));
        double center = 2 * half * level - 1 - location, scale = Math.Exp(logScale);
        double upper = level == Levels - 1 ? double.PositiveInfinity : (center + half) / scale;
        double lower = level == 0 ? double.NegativeInfinity : (center - half) / scale;
        static double Sigmoid(double t) => 1 / (1 + Math.Exp(-t));
        return Math.Log(lower > 0 ? Sigmoid(-lower) - Sigmoid(-upper) : Sigmoid(upper) - Sigmoid(lower));
    }

    private static double MixtureOf(double[] o, Func<double, double, double> log)
    {
        var logits = o[..Components];
        return LogSumExp(logits) - LogSumExp([.. logits.Select((l, k) => l + log(o[Components + k], o[2 * Components + k]))]);
    }

    private static double LogSumExp(double[] values)
    {
        var greatest = values.Max();
        return greatest + Math.Log(values.Sum(v => Math.Exp(v - greatest)));
    }

    private static double SoftPlus(double l) => Math.Max(l, 0) + Math.Log(1 + Math.Exp(-Math.Abs(l)));

    private static double[] Many(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];

    /// <summary>A density around its one output; the Huber densities change their form at ±δ.</summary>
    private static ReferenceLikelihood Located(Likelihood likelihood, Func<double, double[], double> negativeLog) => new()
    {
        Likelihood = likelihood,
        Options = new() { Scale = Scale, Delta = Delta },
        Outputs = 1,
        NegativeLog = negativeLog,
        Parts = o => [(o[0], Scale), (o[0], Scale * Delta)],
        DrawOutputs = normal => [normal()],
    };

    /// <summary>A density around its first output, with a scale that follows from the second.</summary>
    private static ReferenceLikelihood Scaled(
        Likelihood likelihood, LikelihoodOptions options, Func<double, double[], double> negativeLog, Func<double[], double> scale) => new()
    {
        Likelihood = likelihood,
        Options = options,
        Outputs = 2,
        NegativeLog = negativeLog,
        Parts = o => [(o[0], scale(o))],
        DrawOutputs = normal => [normal(), normal()],
    };

    /// <summary>Classes with a logit each; class k is the number k/<paramref name="unit"/>.</summary>
    private static ReferenceLikelihood OfClasses(string variant, LikelihoodOptions options, double unit) => new()
    {
        Likelihood = Likelihood.Categorical,
        Variant = variant,
        Options = options,
        Outputs = options.Classes,
        Values = [.. Enumerable.Range(0, options.Classes).Select(k => k / unit)],
        NegativeLog = (x, o) => LogSumExp(o) - o[(int)Math.Round(x * unit)],
        DrawOutputs = normal => Many(options.Classes, () => 2 * normal()),
    };

    private static ReferenceLikelihood OfLogit(
        Likelihood likelihood, Func<double, double[], double> negativeLog, string variant = "", double spread = 2) => new()
    {
        Likelihood = likelihood,
        Variant = variant,
        Options = new() { CrossEntropyShare = Share },
        Outputs = 1,
        NegativeLog = negativeLog,
        DrawOutputs = normal => [spread * normal()],
    };
}
