using VaeGpu.Kernels.Convolutions;
using VaeGpu.Layers;
using Planes = VaeGpu.Layers.Planes;

namespace VaeGpu.Training.Exchange;

/// <summary>A layer, with its parameters as PyTorch has them where it has any.</summary>
internal sealed record TorchLayer(Layer Layer, TorchTensor? Weight = null, TorchTensor? Bias = null);

/// <summary>
/// A network as PyTorch would run it: between all layers, images lie in planes. Which features of a linear layer are those of an image
/// follows from its neighbors.
/// </summary>
internal static class TorchNetwork
{
    /// <summary>The layers, from the input on.</summary>
    /// <exception cref="RunException">A layer is of a program's own, or stands where PyTorch would have the numbers in another
    /// order.</exception>
    public static TorchLayer[] Of(Network network)
    {
        var layers = new TorchLayer[network.Layers.Count];
        PixelOrder? order = null;
        for (var i = 0; i < layers.Length; i++)
        {
            PixelOrder? wanted = i + 1 < layers.Length ? Wanted(network.Layers[i + 1]) : null;
            (layers[i], order) = Next(network.Layers[i], order, wanted);
        }
        return order is null ? layers : throw Unsupported(network.Layers[^1]);
    }

    private static (TorchLayer Layer, PixelOrder? Order) Next(Layer layer, PixelOrder? order, PixelOrder? wanted) => layer switch
    {
        Linear linear => (Of(linear, order, wanted), wanted),
        Conv conv when order == PixelOrder.Of(conv.Shape.Fine) => (Of(conv), PixelOrder.Of(conv.Shape.Coarse)),
        ConvTranspose conv when order == PixelOrder.Of(conv.Shape.Coarse) => (Of(conv), PixelOrder.Of(conv.Shape.Fine)),
        Planes planes when order is null => (new(planes), PixelOrder.Of(planes.Rows, planes.Columns)),
        Planes planes when order == PixelOrder.Of(planes.Columns, planes.Rows) => (new(planes), null),
        WithLabels => (new(layer), order),
        OneHotSymbols or OneHotColumns => (new(layer), null),
        _ => throw Unsupported(layer),
    };

    /// <summary>The order in which a layer takes what is below it.</summary>
    private static PixelOrder? Wanted(Layer layer) => layer switch
    {
        Conv conv => PixelOrder.Of(conv.Shape.Fine),
        ConvTranspose conv => PixelOrder.Of(conv.Shape.Coarse),
        _ => null,
    };

    /// <summary>torch.nn.Linear: weight (outputs, inputs).</summary>
    private static TorchLayer Of(Linear linear, PixelOrder? inputs, PixelOrder? outputs)
    {
        int[]? columns = outputs?.Ours(linear.Outputs);
        return new(
            linear, new(linear.Weight, [linear.Outputs, linear.Inputs], inputs?.Ours(linear.Inputs), columns),
            new(linear.Bias, [linear.Outputs], null, columns));
    }

    /// <summary>torch.nn.Conv2d: weight (outputs, inputs, kernel, kernel).</summary>
    private static TorchLayer Of(Conv conv) => new(conv, Weight(conv.Weight, conv.Shape), new(conv.Bias, [conv.Shape.Coarse.Channels]));

    /// <summary>torch.nn.ConvTranspose2d: weight (inputs, outputs, kernel, kernel).</summary>
    private static TorchLayer Of(ConvTranspose conv) =>
        new(conv, Weight(conv.Weight, conv.Shape), new(conv.Bias, [conv.Shape.Fine.Channels]));

    /// <summary>
    /// Stored (kernel, kernel, fine channels, coarse channels), in PyTorch (coarse, fine, kernel, kernel): a pixel is a tap.
    /// </summary>
    private static TorchTensor Weight(ParameterSlice slice, ConvShape shape) => new(
        slice, [shape.Coarse.Channels, shape.Fine.Channels, shape.Kernel, shape.Kernel],
        PixelOrder.Of(shape.Fine.Channels, shape.Taps)?.Ours(slice.Rows));

    private static RunException Unsupported(Layer layer) => new(
        $"The layer {layer.GetType().Name} has no counterpart in PyTorch and ONNX where it stands: models of the built-in architectures, "
        + "and of the layers that NetworkBuilder adds, are exported and imported.");
}
