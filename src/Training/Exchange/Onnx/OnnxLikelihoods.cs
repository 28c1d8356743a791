namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>
/// The mean and the parameters of every likelihood as outputs of a graph; the likelihoods' types have the formulas. Logarithms of scales
/// and variances are cut off where the likelihoods cut them off.
/// </summary>
internal static class OnnxLikelihoods
{
    private const float LeastLogisticScale = -7f, MostLogisticScale = 10f;

    private static readonly Dictionary<Likelihood, Action<OnnxDistribution>> All = new()
    {
        [Likelihood.Bernoulli] = AddLogits,
        [Likelihood.Hybrid] = AddLogits,
        [Likelihood.ContinuousBernoulli] = AddContinuousBernoulli,
        [Likelihood.Gaussian] = AddScaled,
        [Likelihood.GaussianShared] = AddSharedVariance,
        [Likelihood.GaussianOptimal] = AddSharedVariance,
        [Likelihood.Laplace] = AddScaled,
        [Likelihood.Huber] = AddScaled,
        [Likelihood.PHuber] = AddScaled,
        [Likelihood.GaussianLearned] = AddLogVariances,
        [Likelihood.StudentT] = AddLogVariances,
        [Likelihood.LaplaceLearned] = AddLogScales,
        [Likelihood.Categorical] = AddCategorical,
        [Likelihood.Mixture] = AddMixture,
        [Likelihood.LogisticMixture] = AddLogisticMixture,
    };

    /// <summary>Adds the outputs; of a likelihood of a program's own the decoder's numbers alone, as "outputs".</summary>
    public static void Add(OnnxDistribution of)
    {
        if (All.TryGetValue(of.Model.Likelihood, out var add))
            add(of);
        else
            of.Output("outputs", of.Outputs, of.Model.Likelihood.Outputs(of.Settings));
    }

    private static void AddLogits(OnnxDistribution of)
    {
        string logits = of.Plane(0);
        of.Output("mean", of.Graph.Node("Sigmoid", logits));
        of.Output("logits", logits);
    }

    private static void AddScaled(OnnxDistribution of)
    {
        of.Output("mean", of.Plane(0));
        of.Graph.OutputNumber("scale", of.Settings.Scale);
    }

    private static void AddSharedVariance(OnnxDistribution of)
    {
        of.Output("mean", of.Plane(0));
        double logVariance = Math.Clamp(
            2 * Math.Log(of.Model.LikelihoodOptions.Scale) + of.LogVarianceShift, LogVariance.Smallest, LogVariance.Largest);
        of.Graph.OutputNumber("scale", (float)Math.Exp(0.5 * logVariance));
    }

    private static void AddLogVariances(OnnxDistribution of)
    {
        of.Output("mean", of.Plane(0));
        of.Output("log_variance", of.Graph.Clip(of.Plane(1), LogVariance.Smallest, LogVariance.Largest));
    }

    private static void AddLogScales(OnnxDistribution of)
    {
        of.Output("mean", of.Plane(0));
        of.Output("log_scale", of.Graph.Clip(of.Plane(1), 0.5f * LogVariance.Smallest, 0.5f * LogVariance.Largest));
    }

    private static void AddCategorical(OnnxDistribution of)
    {
        int count = of.Settings.Count;
        string logits = of.Planes(0, count);
        if (of.Model.Symbols > 0)
        {
            of.Graph.OutputCodes(
                "symbols",
                of.Graph.Node("ArgMax", [logits], OnnxGraph.Attribute("axis", 1), OnnxGraph.Attribute("keepdims", 0)), of.Sides);
        }
        else
        {
            float[] levels = [.. Enumerable.Range(0, count).Select(k => k / of.Settings.Width)];
            of.Output("mean", of.Expectation(logits, of.Graph.Numbers(levels, [count, .. of.Sides.Select(_ => 1)])));
        }
        of.Output("logits", logits, count);
    }

    private static void AddMixture(OnnxDistribution of)
    {
        int count = of.Settings.Count;
        string logits = of.Planes(0, count), means = of.Planes(count, count);
        of.Output("mean", of.Expectation(logits, means));
        of.Output("logits", logits, count);
        of.Output("means", means, count);
        of.Output(
            "log_variances", of.Graph.Clip(of.Planes(2 * count, count), LogVariance.Smallest, LogVariance.Largest), count);
    }

    /// <summary>A component's mean is 1 − h·Σ σ((edge − μ)/s) over the edges between gray levels, h half their distance.</summary>
    private static void AddLogisticMixture(OnnxDistribution of)
    {
        OnnxGraph graph = of.Graph;
        int count = of.Settings.Count, last = 2 + of.Sides.Length;
        string logits = of.Planes(0, count), locations = of.Planes(count, count);
        string logScales = graph.Clip(of.Planes(2 * count, count), LeastLogisticScale, MostLogisticScale);
        float half = 1 / of.Settings.Width;
        string edges = graph.Numbers(
            [.. Enumerable.Range(0, (int)of.Settings.Width).Select(i => (2 * i + 1) * half - 1)], (int)of.Settings.Width);
        string distances = graph.Node(
            "Mul", graph.Node("Sub", edges, Behind(locations)), Behind(graph.Node("Exp", graph.Node("Neg", logScales))));
        string sums = graph.Sum(graph.Node("Sigmoid", distances), last);
        of.Output("mean", of.Expectation(logits, graph.Plus(graph.Times(sums, -half), 1)));
        of.Output("logits", logits, count);
        of.Output("locations", locations, count);
        of.Output("log_scales", logScales, count);

        string Behind(string value) => graph.Node("Unsqueeze", value, graph.Integers(last));
    }

    /// <summary>½ + g'(l) by its series near 0, else 1/a − 1/(eᵃ − 1) for l &lt; 0 and 1 minus that for l &gt; 0, a = |l|.</summary>
    private static void AddContinuousBernoulli(OnnxDistribution of)
    {
        OnnxGraph graph = of.Graph;
        string logits = of.Plane(0), magnitude = graph.Node("Abs", logits), square = graph.Node("Mul", logits, logits);
        string below = graph.Node(
            "Sub", graph.Node("Reciprocal", magnitude),
            graph.Node("Reciprocal", graph.Plus(graph.Node("Exp", magnitude), -1)));
        string above = graph.Plus(graph.Times(below, -1), 1);
        string far = graph.Node("Where", graph.Node("Less", logits, graph.Number(0)), below, above);
        string series = graph.Number(10f / 479001600f);
        foreach (float coefficient in (ReadOnlySpan<float>)[-8f / 9676800f, 6f / 181440f, -4f / 2880f, 2f / 24f])
            series = graph.Plus(graph.Node("Mul", series, square), coefficient);
        string near = graph.Plus(graph.Node("Mul", series, logits), 0.5f);
        of.Output("mean", graph.Node("Where", graph.Node("Less", magnitude, graph.Number(1)), near, far));
        of.Output("logits", logits);
    }
}
