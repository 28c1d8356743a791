using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>
/// The three graphs of a model. Data are "x", float32, and where there are any "categories", codes of the categorical columns of a
/// table, int64; text is "symbols", int64. A conditional model takes "label", int64.
/// </summary>
internal sealed class OnnxParts(ExportedModel model)
{
    private readonly OnnxParameters parameters = new(model);
    private readonly ModelConfiguration configuration = model.Run.Model;
    private readonly VaeShape shape = model.Torch.Shape;
    private readonly int[] sides = model.Run.Format is ImageFormat
        ? [model.Run.Model.Channels, model.Run.Model.Height, model.Run.Model.Width]
        : [model.Torch.Shape.Numbers];

    /// <summary>From data to "mean" and "log_variance" of q(z∣x), (batch, d).</summary>
    public OnnxGraph Encoder()
    {
        var graph = new OnnxGraph("encoder");
        string data = Data(graph, out bool isImage);
        string encoded = Network(graph).Add(model.Torch.Encoder, data, isImage);
        int d = shape.LatentDimensions;
        graph.Output("mean", graph.Columns(encoded, 0, d), d);
        graph.Output("log_variance", graph.Columns(encoded, d, 2 * d), d);
        return graph;
    }

    /// <summary>From "z", (batch, d), to the mean and the parameters of p(x∣z).</summary>
    public OnnxGraph Decoder()
    {
        var graph = new OnnxGraph("decoder");
        string latent = graph.Input("z", shape.LatentDimensions);
        AddDecoder(graph, Network(graph), latent);
        return graph;
    }

    /// <summary>From "noise", draws of N(0, I), (batch, d), to "z", draws of the prior, and to what the decoder gives for them.</summary>
    public OnnxGraph Sampler()
    {
        var graph = new OnnxGraph("sampler");
        int d = shape.LatentDimensions;
        string latent = graph.Input("noise", d);
        string? label = Label(graph);
        var network = new OnnxNetwork(graph, parameters, label);
        if (model.Torch.Prior.Length > 0)
        {
            string prior = network.Add(model.Torch.Prior, label!);
            if (shape.Prior.Outputs > 1)
            {
                string logVariance = graph.Clip(graph.Columns(prior, d, 2 * d), LogVariance.Smallest, LogVariance.Largest);
                latent = graph.Node("Mul", latent, graph.Node("Exp", graph.Times(logVariance, 0.5f)));
            }
            latent = graph.Node("Add", graph.Columns(prior, 0, d), latent);
        }
        graph.Output("z", latent, d);
        AddDecoder(graph, network, latent);
        return graph;
    }

    private OnnxNetwork Network(OnnxGraph graph) => new(graph, parameters, Label(graph));

    private string? Label(OnnxGraph graph) => shape.Classes == 0 ? null : graph.OneHot(graph.Codes("label"), shape.Classes);

    /// <summary>What the encoder's first layer behind one-hot layers takes.</summary>
    private string Data(OnnxGraph graph, out bool isImage)
    {
        isImage = sides.Length > 1;
        if (shape.Symbols > 0)
            return graph.Reshape(graph.OneHot(graph.Codes("symbols", sides), shape.Symbols), shape.DataDimensions * shape.Symbols);
        if (shape.Categories.Count == 0)
            return graph.Input("x", sides);
        string oneHot = OneHotCategories(graph, graph.Codes("categories", shape.Categories.Count));
        return shape.Numbers == 0 ? oneHot : graph.Node("Concat", [graph.Input("x", sides), oneHot], OnnxGraph.Attribute("axis", 1));
    }

    /// <summary>Codes, (batch, columns), as one-hot columns side by side, (batch, ΣK): each category looks at its column.</summary>
    private string OneHotCategories(OnnxGraph graph, string codes)
    {
        long[] columns = [.. shape.Categories.SelectMany((count, column) => Enumerable.Repeat((long)column, count))];
        long[] categories = [.. shape.Categories.SelectMany(count => Enumerable.Range(0, count).Select(code => (long)code))];
        string looked = graph.Node("Gather", [codes, graph.Integers(columns)], OnnxGraph.Attribute("axis", 1));
        return graph.Node(
            "Cast", [graph.Node("Equal", looked, graph.Integers(categories))],
            OnnxGraph.Attribute("to", (long)global::Onnx.TensorProto.Types.DataType.Float));
    }

    private void AddDecoder(OnnxGraph graph, OnnxNetwork network, string latent)
    {
        string outputs = network.Add(model.Torch.Decoder, latent);
        int kinds = shape.Likelihood.Outputs(shape.LikelihoodSettings), numbers = kinds * shape.Numbers;
        if (numbers > 0)
        {
            string ofNumbers = shape.Categories.Count == 0 ? outputs : graph.Columns(outputs, 0, numbers);
            OnnxLikelihoods.Add(new(
                graph, graph.Reshape(ofNumbers, [kinds, .. sides]), sides, configuration,
                model.Torch.LogVarianceShift(model.Parameters)));
        }
        if (shape.Categories.Count > 0)
            AddCategories(graph, graph.Columns(outputs, numbers, numbers + shape.Categories.Sum()));
    }

    /// <summary>The logits of all categorical columns side by side, and the code of each column's most probable category.</summary>
    private void AddCategories(OnnxGraph graph, string logits)
    {
        var modes = new List<string>();
        var start = 0;
        foreach (int count in shape.Categories)
        {
            modes.Add(graph.Node("ArgMax", [graph.Columns(logits, start, start + count)], OnnxGraph.Attribute("axis", 1)));
            start += count;
        }
        graph.OutputCodes("categories", graph.Node("Concat", [.. modes], OnnxGraph.Attribute("axis", 1)), modes.Count);
        graph.Output("category_logits", logits, start);
    }
}
