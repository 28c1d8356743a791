using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>The numbers of an example in a graph, and what the decoder gives for them.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Outputs">The decoder's outputs, (batch, K, sides).</param>
/// <param name="Sides">The sides of an example.</param>
/// <param name="Model">The likelihood and its options.</param>
/// <param name="LogVarianceShift">log σ² − log σ₀² of a Gaussian of one variance.</param>
internal sealed record OnnxDistribution(
    OnnxGraph Graph, string Outputs, int[] Sides, ModelConfiguration Model, float LogVarianceShift)
{
    /// <summary>What the kernels are told.</summary>
    public LikelihoodSettings Settings { get; } = Model.Likelihood.Settings(Model.LikelihoodOptions);

    /// <summary>Output number k, (batch, sides).</summary>
    public string Plane(int k) => Graph.Node("Gather", [Outputs, Graph.Integer(k)], OnnxGraph.Attribute("axis", 1));

    /// <summary>Outputs in a row, (batch, count, sides).</summary>
    public string Planes(int first, int count) => Graph.Columns(Outputs, first, first + count);

    /// <summary>Makes (batch, sides) an output.</summary>
    public void Output(string name, string value) => Graph.Output(name, value, Sides);

    /// <summary>Makes (batch, count, sides) an output.</summary>
    public void Output(string name, string value, int count) => Graph.Output(name, value, [count, .. Sides]);

    /// <summary>Σₖ softmax(logits)ₖ·valuesₖ, (batch, sides); the values are (count, …) or (batch, count, …).</summary>
    public string Expectation(string logits, string values) => Graph.Sum(
        Graph.Node("Mul", Graph.Node("Softmax", [logits], OnnxGraph.Attribute("axis", 1)), values), axis: 1);
}
