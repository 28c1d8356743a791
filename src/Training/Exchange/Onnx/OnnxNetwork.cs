using VaeGpu.Kernels.Convolutions;
using VaeGpu.Layers;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>
/// The layers of a network as ONNX operators. Values between them are (batch, features), or (batch, channels, height, width) behind a
/// convolution. Layers that bring numbers into another order are none: ONNX has images in planes throughout.
/// </summary>
internal sealed class OnnxNetwork(OnnxGraph graph, OnnxParameters parameters, string? oneHotLabel)
{
    private bool isImage;

    /// <summary>Adds the layers.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="value">Their input; behind one-hot layers, which are not added.</param>
    /// <param name="startsAsImage">Whether the input is (batch, channels, height, width).</param>
    /// <returns>Their output, (batch, features).</returns>
    public string Add(TorchLayer[] layers, string value, bool startsAsImage = false)
    {
        isImage = startsAsImage;
        foreach (TorchLayer layer in layers)
            value = OnnxActivations.Add(graph, layer.Layer.Activation, Add(layer, value));
        return Flat(value);
    }

    private string Add(TorchLayer layer, string value)
    {
        switch (layer.Layer)
        {
            case Linear:
                return graph.Node("Gemm", [Flat(value), .. Parameters(layer)], OnnxGraph.Attribute("transB", 1));
            case Conv conv:
                return graph.Node("Conv", [Image(value, conv.Shape.Fine), .. Parameters(layer)], Places(conv.Shape));
            case ConvTranspose conv:
                return graph.Node(
                    "ConvTranspose", [Image(value, conv.Shape.Coarse), .. Parameters(layer)],
                    [.. Places(conv.Shape), OnnxGraph.Attribute("output_padding", Rest(conv.Shape))]);
            case WithLabels:
                return graph.Node("Concat", [Flat(value), oneHotLabel!], OnnxGraph.Attribute("axis", 1));
            default:
                return value;
        }
    }

    private string[] Parameters(TorchLayer layer) =>
        [graph.Parameter(layer.Weight!, parameters[layer.Weight!]), graph.Parameter(layer.Bias!, parameters[layer.Bias!])];

    private string Flat(string value)
    {
        if (isImage)
            value = graph.Node("Flatten", value);
        isImage = false;
        return value;
    }

    private string Image(string value, ImageShape shape)
    {
        if (!isImage)
            value = graph.Reshape(value, shape.Channels, shape.Height, shape.Width);
        isImage = true;
        return value;
    }

    private static global::Onnx.AttributeProto[] Places(ConvShape shape) =>
    [
        OnnxGraph.Attribute("kernel_shape", shape.Kernel, shape.Kernel), OnnxGraph.Attribute("strides", shape.Stride, shape.Stride),
        OnnxGraph.Attribute("pads", shape.Padding, shape.Padding, shape.Padding, shape.Padding),
    ];

    /// <summary>Rows and columns of the fine image that the coarse one alone does not tell: a stride skips them.</summary>
    private static long[] Rest(ConvShape shape)
    {
        return [Rest(shape.Fine.Height, shape.Coarse.Height), Rest(shape.Fine.Width, shape.Coarse.Width)];

        long Rest(int fine, int coarse) => fine - ((coarse - 1) * shape.Stride - 2 * shape.Padding + shape.Kernel);
    }
}
