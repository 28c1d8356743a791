using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;

namespace VaeGpu.Layers;

/// <summary>
/// The networks of encoder and decoder. Layers that have parameters are named name.0, name.1, … ; the last has no activation. Labels are
/// set beside the input of an encoder's first linear layer, that is, behind its convolutions, and beside the latent.
/// </summary>
internal static class Architectures
{
    /// <summary>From the data, and the labels where there are classes, to [μ | logσ²].</summary>
    public static Network Encoder(Workspace workspace, ParameterLayout layout, VaeShape shape, ArrayView<float> labels)
    {
        var layers = new List<ILayer>();
        int inputs = shape.DataDimensions;
        if (shape.Symbols > 0)
        {
            layers.Add(new OneHotSymbols(workspace, inputs, shape.Symbols));
            inputs *= shape.Symbols;
        }
        if (shape.Convolution is { } image)
            inputs = AddConvolutions(layers, workspace, layout, shape, image);
        if (shape.Classes > 0)
        {
            Activation below = layers.Count > 0 ? layers[^1].Activation : Activation.Identity;
            layers.Add(new WithLabels(workspace, labels, shape.Classes, inputs, below));
            inputs += shape.Classes;
        }
        IReadOnlyList<int> hidden = shape.Convolution?.Dense ?? shape.EncoderWidths;
        AddLinear(layers, workspace, layout, "encoder", inputs, [.. hidden, 2 * shape.LatentDimensions], shape.Activation, ends: true);
        return new Network([.. layers]);
    }

    /// <summary>From the one-hot label to the prior's parameters.</summary>
    public static Network Prior(Workspace workspace, ParameterLayout layout, VaeShape shape, IReadOnlyList<int> hidden, int outputs)
    {
        var layers = new List<ILayer>();
        AddLinear(layers, workspace, layout, "prior", shape.Classes, [.. hidden, outputs], shape.Activation, ends: true);
        return new Network([.. layers]);
    }

    /// <summary>
    /// From the latent, and the labels where there are classes, to so many outputs for each data dimension, (outputs, D); their gradient
    /// takes their place.
    /// </summary>
    public static Network Decoder(Workspace workspace, ParameterLayout layout, VaeShape shape, ArrayView<float> labels, int outputs)
    {
        var layers = new List<ILayer>();
        int inputs = shape.LatentDimensions;
        if (shape.Classes > 0)
        {
            layers.Add(new WithLabels(workspace, labels, shape.Classes, inputs, Activation.Identity, shape.Samples));
            inputs += shape.Classes;
        }
        IEnumerable<int> hidden = shape.Convolution?.Dense.Reverse() ?? shape.DecoderWidths;
        int levels = shape.DecoderWidths.Count;
        bool transposes = shape.Convolution is not null && levels > 0;
        int outermost = transposes
            ? shape.Convolution!.Level(levels - 1, 1, shape.DecoderWidths[0]).Coarse.Length
            : outputs * shape.DataDimensions;
        AddLinear(
            layers, workspace, layout, "decoder", inputs, [.. hidden, outermost], shape.Activation, ends: !transposes,
            gradientInPlace: !transposes);
        if (transposes)
            AddTransposed(layers, workspace, layout, shape, shape.Convolution!, outputs);
        return new Network([.. layers]);
    }

    /// <summary>The encoder's convolutions; gives the numbers that come out of them.</summary>
    private static int AddConvolutions(
        List<ILayer> layers, Workspace workspace, ParameterLayout layout, VaeShape shape, ConvolutionalShape image)
    {
        int channels = image.Colours, outputs = shape.DataDimensions;
        if (channels > 1)
            layers.Add(new Planes(workspace, channels, image.Height * image.Width));
        for (int i = 0; i < shape.EncoderWidths.Count; i++)
        {
            ConvShape level = image.Level(i, channels, shape.EncoderWidths[i]);
            layers.Add(new Conv(workspace, layout, Name("encoder", layers), level, shape.Activation));
            (channels, outputs) = (level.Coarse.Channels, level.Coarse.Length);
        }
        return outputs;
    }

    private static void AddTransposed(
        List<ILayer> layers, Workspace workspace, ParameterLayout layout, VaeShape shape, ConvolutionalShape image, int outputs)
    {
        int levels = shape.DecoderWidths.Count, planes = outputs * image.Colours;
        for (int i = 0; i < levels; i++)
        {
            bool last = i == levels - 1;
            layers.Add(new ConvTranspose(
                workspace, layout, Name("decoder", layers),
                image.Level(levels - 1 - i, last ? planes : shape.DecoderWidths[i + 1], shape.DecoderWidths[i]),
                last ? Activation.Identity : shape.Activation, gradientInPlace: last && planes == 1));
        }
        if (planes > 1)
            layers.Add(new Planes(workspace, image.Height * image.Width, planes));
    }

    private static void AddLinear(
        List<ILayer> layers, Workspace workspace, ParameterLayout layout, string name, int inputs, IReadOnlyList<int> widths,
        Activation activation, bool ends, bool gradientInPlace = false)
    {
        for (int i = 0; i < widths.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(widths[i], nameof(widths));
            bool last = ends && i == widths.Count - 1;
            layers.Add(new Linear(workspace, layout, Name(name, layers), inputs, widths[i], last ? Activation.Identity : activation,
                last && gradientInPlace));
            inputs = widths[i];
        }
    }

    private static string Name(string network, List<ILayer> before) => $"{network}.{before.Count(layer => layer.HasParameters)}";
}
