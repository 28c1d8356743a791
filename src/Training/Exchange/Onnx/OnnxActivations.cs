using VaeGpu.Kernels.Activations;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>Activations as ONNX operators; <see cref="IActivation"/> has their formulas.</summary>
internal static class OnnxActivations
{
    private static readonly float SqrtHalf = MathF.Sqrt(0.5f);

    private static readonly Dictionary<Activation, Func<OnnxGraph, string, string>> All = new()
    {
        [Activation.Identity] = (_, x) => x,
        [Activation.Relu] = (graph, x) => graph.Node("Relu", x),
        // The operator's own slope is 0.01, and Elu's own factor 1.
        [Activation.LeakyRelu] = (graph, x) => graph.Node("LeakyRelu", x),
        [Activation.Elu] = (graph, x) => graph.Node("Elu", x),
        [Activation.Tanh] = (graph, x) => graph.Node("Tanh", x),
        [Activation.Sigmoid] = (graph, x) => graph.Node("Sigmoid", x),
        [Activation.Softplus] = (graph, x) => graph.Node("Softplus", x),
        [Activation.Silu] = (graph, x) => graph.Node("Mul", x, graph.Node("Sigmoid", x)),
        [Activation.Gelu] = (graph, x) =>
            graph.Times(graph.Node("Mul", x, graph.Plus(graph.Node("Erf", graph.Times(x, SqrtHalf)), 1)), 0.5f),
        [Activation.Mish] = (graph, x) => graph.Node("Mul", x, graph.Node("Tanh", graph.Node("Softplus", x))),
    };

    /// <summary>f(x).</summary>
    /// <exception cref="RunException">The activation is of a program's own.</exception>
    public static string Add(OnnxGraph graph, Activation activation, string x) => All.TryGetValue(activation, out var add)
        ? add(graph, x)
        : throw new RunException($"The activation {activation} is of a program's own and has no ONNX operator.");
}
