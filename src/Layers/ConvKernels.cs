using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Layers;

/// <summary>The kernels of convolutional layers, each loaded on its first use.</summary>
internal sealed class ConvKernels(Accelerator accelerator)
{
    private readonly Dictionary<Activation, ConvLauncher> forward = [], forwardTransposed = [], gradient = [], gradientTransposed = [];
    private readonly Dictionary<Activation, FoldLauncher> fold = [], foldGradient = [];

    /// <summary>Partial sums of the weights' gradient, and unfolding.</summary>
    public ConvWeightsLauncher Weights { get; } = ConvWeightsLauncher.Load(accelerator);

    /// <summary>To the fine image without an epilogue, for <see cref="Fold"/>.</summary>
    public ConvLauncher ToUnfolded { get; } = ConvLauncher.Load<ToFine, Plain>(accelerator);

    /// <summary>A convolution's forward pass.</summary>
    public ConvLauncher Forward(Activation activation) => Get(forward, activation, ConvLauncher.Forward<ToCoarse>);

    /// <summary>A transposed convolution's forward pass.</summary>
    public ConvLauncher ForwardTransposed(Activation activation) => Get(forwardTransposed, activation, ConvLauncher.Forward<ToFine>);

    /// <summary>A convolution's input gradient, taken through the activation of the layer below.</summary>
    public ConvLauncher InputGradient(Activation below) => Get(gradient, below, ConvLauncher.InputGradient<ToFine>);

    /// <summary>A transposed convolution's input gradient, taken through the activation of the layer below.</summary>
    public ConvLauncher InputGradientTransposed(Activation below) => Get(gradientTransposed, below, ConvLauncher.InputGradient<ToCoarse>);

    /// <summary>A transposed convolution's forward pass, after <see cref="ToUnfolded"/>.</summary>
    public FoldLauncher Fold(Activation activation) => Get(fold, activation, FoldLauncher.Forward);

    /// <summary>A convolution's input gradient, after <see cref="ToUnfolded"/>.</summary>
    public FoldLauncher FoldGradient(Activation below) => Get(foldGradient, below, FoldLauncher.InputGradient);

    private T Get<T>(Dictionary<Activation, T> loaded, Activation activation, Func<Accelerator, Activation, T> load)
    {
        if (!loaded.TryGetValue(activation, out T? launcher))
            loaded.Add(activation, launcher = load(accelerator, activation));
        return launcher;
    }
}
