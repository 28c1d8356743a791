using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Layers;

/// <summary>The transpose of a strided convolution, with an activation: y = f(x ∗ᵀ W + b).</summary>
/// <remarks>
/// x (batch, height, width, channels) is the coarse image of a <see cref="ConvShape"/>, y the fine one, W (kernel, kernel, outputs,
/// inputs), b (outputs). With G the gradient of the objective with respect to x ∗ᵀ W + b: dW = <see cref="ConvWeights"/> of G and x,
/// db = the sums of G over batch and pixels, and the layer below gets the convolution of G with W, times f'.
/// </remarks>
public sealed class ConvTranspose : Layer
{
    private readonly ConvKernels kernels;
    private readonly ConvParameters parameters;
    private readonly ConvLauncher forward;
    private readonly ImageShape outputs;

    /// <summary>Declares the layer's parameters and allocates its part of the workspace.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="layout">Where the parameters are declared, as name.weight and name.bias.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="shape">The layer's shape, but for the number of images.</param>
    /// <param name="activation">f.</param>
    /// <param name="gradientInPlace">Whether the gradient takes the output's place; f is the identity then.</param>
    public ConvTranspose(
        Workspace workspace, ParameterLayout layout, string name, ConvShape shape, Activation activation, bool gradientInPlace = false)
        : base(workspace, shape.Fine.Length, activation, gradientInPlace)
    {
        Shape = shape;
        kernels = workspace.Convolutions.Value;
        outputs = shape.Fine;
        parameters = new(
            workspace, layout, name, shape, outputs, shape.Taps * outputs.Channels, shape.Taps * shape.Coarse.Channels, activation);
        forward = parameters.Unfolds ? kernels.ToUnfolded : kernels.ForwardTransposed(activation);
    }

    /// <summary>The layer's shape, but for the number of images.</summary>
    public ConvShape Shape { get; }
    /// <summary>W, (kernel, kernel, outputs, inputs).</summary>
    public ParameterSlice Weight => parameters.Weight;
    /// <summary>b, (outputs).</summary>
    public ParameterSlice Bias => parameters.Bias;
    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSlice> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override IEnumerable<LayerProduct> Products(int rows) => parameters.Products(rows, forwardToFine: true);

    /// <summary>Computes <see cref="Layer.Output"/>, which is folded where that pays.</summary>
    public override void Forward(Floats input, int rows)
    {
        Floats weights = parameters.TurnedWeights(), biases = parameters.Biases;
        ConvShape now = parameters.For(rows);
        if (parameters.Unfolds)
        {
            forward.Run(input, weights, parameters.Unfolded, biases, Saved, now, parameters.PackedScratch);
            kernels.Fold(Activation).Run(parameters.Unfolded, Output, biases, Saved, parameters.Whole(rows));
        }
        else
        {
            forward.Run(input, weights, Output, biases, Saved, now, parameters.PackedScratch);
        }
    }

    /// <summary>Computes dW and db; the gradient is unfolded where that pays.</summary>
    public override void BackwardParameters(Floats input, int rows)
    {
        parameters.WeightGradient(parameters.Prepare(Gradient, rows), input, rows);
        parameters.BiasGradient(Gradient, outputs, rows);
    }

    /// <summary>Computes the gradient of the input.</summary>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        kernels.InputGradientTransposed(below).Run(
            parameters.Unfolds ? parameters.Unfolded : Gradient, parameters.Weights, inputGradient, Gradient, belowSaved,
            parameters.For(rows), parameters.PackedScratch);
}
