using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>The networks of encoder and decoder. Layers are named name.0, name.1, … ; the last has no activation.</summary>
internal static class Architectures
{
    /// <summary>From the data to [μ | logσ²].</summary>
    public static Network Encoder(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        var layers = new List<ILayer>();
        int inputs = shape.DataDimensions;
        IReadOnlyList<int> hidden = shape.EncoderWidths;
        if (shape.Convolution is { } image)
        {
            int channels = image.Colours;
            foreach (int width in shape.EncoderWidths)
            {
                ConvShape level = image.Level(layers.Count, channels, width);
                layers.Add(new Conv(workspace, layout, $"encoder.{layers.Count}", level, shape.Activation));
                (channels, inputs) = (width, level.Coarse.Length);
            }
            hidden = image.Dense;
        }
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

    /// <summary>From the latent to so many outputs for each data dimension, (outputs, D); their gradient takes their place.</summary>
    public static Network Decoder(Workspace workspace, ParameterLayout layout, VaeShape shape, int outputs)
    {
        var layers = new List<ILayer>();
        int columns = outputs * shape.DataDimensions;
        int levels = shape.DecoderWidths.Count;
        if (shape.Convolution is not { } image || levels == 0)
        {
            IEnumerable<int> hidden = shape.Convolution?.Dense.Reverse() ?? shape.DecoderWidths;
            AddLinear(layers, workspace, layout, "decoder", shape.LatentDimensions, [.. hidden, columns], shape.Activation, ends: true,
                gradientInPlace: true);
            return new Network([.. layers]);
        }
        int first = image.Level(levels - 1, 1, shape.DecoderWidths[0]).Coarse.Length;
        AddLinear(layers, workspace, layout, "decoder", shape.LatentDimensions, [.. image.Dense.Reverse(), first], shape.Activation,
            ends: false);
        AddTransposed(layers, workspace, layout, shape, image, outputs);
        return new Network([.. layers]);
    }

    private static void AddTransposed(
        List<ILayer> layers, Workspace workspace, ParameterLayout layout, VaeShape shape, ConvolutionalShape image, int outputs)
    {
        int levels = shape.DecoderWidths.Count;
        for (int i = 0; i < levels; i++)
        {
            bool last = i == levels - 1;
            int channels = last ? outputs * image.Colours : shape.DecoderWidths[i + 1];
            layers.Add(new ConvTranspose(
                workspace, layout, $"decoder.{layers.Count}", image.Level(levels - 1 - i, channels, shape.DecoderWidths[i]),
                last ? Activation.Identity : shape.Activation, gradientInPlace: last && outputs == 1));
        }
        if (outputs > 1)
            layers.Add(new Planes(workspace, image.Height * image.Width, outputs, image.Colours));
    }

    private static void AddLinear(
        List<ILayer> layers, Workspace workspace, ParameterLayout layout, string name, int inputs, IReadOnlyList<int> widths,
        Activation activation, bool ends, bool gradientInPlace = false)
    {
        for (int i = 0; i < widths.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(widths[i], nameof(widths));
            bool last = ends && i == widths.Count - 1;
            layers.Add(new Linear(workspace, layout, $"{name}.{layers.Count}", inputs, widths[i], last ? Activation.Identity : activation,
                last && gradientInPlace));
            inputs = widths[i];
        }
    }
}
