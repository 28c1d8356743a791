using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;

namespace VaeGpu.Layers.Models;

/// <summary>
/// The networks of a <see cref="Vae"/>. The last layer has no activation. Labels are set beside the input of an encoder's first linear
/// layer, that is, behind its convolutions, and beside the latent.
/// </summary>
internal static class Architectures
{
    /// <summary>
    /// From the data, and the labels where there are classes, to [μ | logσ²]; <paramref name="categorical"/> has the kernels of
    /// categorical columns, where there are any.
    /// </summary>
    public static Network Encoder(
        Workspace workspace, ParameterLayout layout, VaeShape shape, ArrayView<float> labels, CategoricalLauncher? categorical)
    {
        var network = new NetworkBuilder(workspace, layout, "encoder", shape.DataDimensions);
        if (shape.Symbols > 0)
            network.OneHot(shape.Symbols);
        if (categorical is not null)
        {
            int columns = shape.Numbers + shape.Categories.Sum();
            network.Add(new OneHotColumns(workspace, categorical, columns), columns);
        }
        if (shape.EncoderLayers is { } add)
        {
            add(network.Labels(labels, shape.Classes));
        }
        else
        {
            if (shape.Convolution is { } image)
                AddConvolutions(network, shape, image);
            network.Labels(labels, shape.Classes).Linear(shape.Convolution?.Dense ?? shape.EncoderWidths, shape.Activation);
        }
        return network.Linear(2 * shape.LatentDimensions, Activation.Identity).Build();
    }

    /// <summary>From the one-hot label to the prior's parameters; a hidden layer is as wide as the decoder's first linear layer.</summary>
    public static Network Prior(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        var network = new NetworkBuilder(workspace, layout, "prior", shape.Classes);
        if (shape.Prior.HasHiddenLayer)
            network.Linear((shape.Convolution?.Dense.Reverse() ?? shape.DecoderWidths).Take(1), shape.Activation);
        return network.Linear(shape.Prior.Outputs * shape.LatentDimensions, Activation.Identity).Build();
    }

    /// <summary>
    /// From the latent, and the labels where there are classes, to so many outputs for each number, (outputs, N), and a logit for each
    /// category; their gradient takes their place.
    /// </summary>
    public static Network Decoder(Workspace workspace, ParameterLayout layout, VaeShape shape, ArrayView<float> labels, int outputs)
    {
        var network = new NetworkBuilder(workspace, layout, "decoder", shape.LatentDimensions).Labels(labels, shape.Classes, shape.Samples);
        if (shape.DecoderLayers is { } add)
            add(network);
        else
            network.Linear(shape.Convolution?.Dense.Reverse() ?? shape.DecoderWidths, shape.Activation);
        if (shape.DecoderLayers is null && shape.Convolution is { } image && shape.DecoderWidths.Count > 0)
            AddTransposed(network, shape, image, outputs);
        else
            network.Linear(outputs * shape.Numbers + shape.Categories.Sum(), Activation.Identity, gradientInPlace: true);
        return network.Build();
    }

    private static void AddConvolutions(NetworkBuilder network, VaeShape shape, ConvolutionalShape image)
    {
        int channels = image.Colors;
        if (channels > 1)
            network.Planes(channels, image.Height * image.Width);
        for (int i = 0; i < shape.EncoderWidths.Count; i++)
        {
            network.Conv(image.Level(i, channels, shape.EncoderWidths[i]), shape.Activation);
            channels = shape.EncoderWidths[i];
        }
    }

    private static void AddTransposed(NetworkBuilder network, VaeShape shape, ConvolutionalShape image, int outputs)
    {
        int levels = shape.DecoderWidths.Count, planes = outputs * image.Colors;
        network.Linear(image.Level(levels - 1, 1, shape.DecoderWidths[0]).Coarse.Length, shape.Activation);
        for (int i = 0; i < levels; i++)
        {
            bool last = i == levels - 1;
            network.ConvTranspose(
                image.Level(levels - 1 - i, last ? planes : shape.DecoderWidths[i + 1], shape.DecoderWidths[i]),
                last ? Activation.Identity : shape.Activation, gradientInPlace: last && planes == 1);
        }
        if (planes > 1)
            network.Planes(image.Height * image.Width, planes);
    }
}
