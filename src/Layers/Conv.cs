using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Layers;

/// <summary>A strided convolution with an activation: y = f(x ∗ W + b).</summary>
/// <remarks>
/// x (batch, height, width, channels) is the fine image of a <see cref="ConvShape"/>, y the coarse one, W (kernel, kernel, inputs,
/// outputs), b (outputs). With G the gradient of the objective with respect to x ∗ W + b: dW = <see cref="ConvWeights"/> of x and G,
/// db = the sums of G over batch and pixels, and the layer below gets the transposed convolution of G, times f'.
/// </remarks>
public sealed class Conv : Layer
{
    private readonly ConvKernels kernels;
    private readonly ConvParameters parameters;
    private readonly ConvLauncher forward;
    private readonly ImageShape outputs;

    /// <summary>Declares the layer's parameters and allocates its part of the workspace.</summary>
    public Conv(Workspace workspace, ParameterLayout layout, string name, ConvShape shape, Activation activation)
        : base(workspace, shape.Coarse.Length, activation, gradientInPlace: false)
    {
        Shape = shape;
        kernels = workspace.Convolutions.Value;
        outputs = shape.Coarse;
        parameters = new(
            workspace, layout, name, shape, outputs, shape.Taps * shape.Fine.Channels, shape.Taps * outputs.Channels, activation);
        forward = kernels.Forward(activation);
    }

    /// <summary>The layer's shape, but for the number of images.</summary>
    public ConvShape Shape { get; }
    /// <summary>W, (kernel, kernel, inputs, outputs).</summary>
    public ParameterSlice Weight => parameters.Weight;
    /// <summary>b, (outputs).</summary>
    public ParameterSlice Bias => parameters.Bias;
    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSlice> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override IEnumerable<LayerProduct> Products(int rows) => parameters.Products(rows, forwardToFine: false);

    /// <summary>Computes <see cref="Layer.Output"/>; the input is unfolded where that pays.</summary>
    public override void Forward(Floats input, int rows) => forward.Run(
        parameters.Prepare(input, rows), parameters.Weights, Output, parameters.Biases, Saved, parameters.For(rows),
        parameters.PackedScratch);

    /// <summary>Computes dW and db.</summary>
    public override void BackwardParameters(Floats input, int rows)
    {
        parameters.WeightGradient(parameters.Unfolds ? parameters.Unfolded : input, Gradient, rows);
        parameters.BiasGradient(Gradient, outputs, rows);
    }

    /// <inheritdoc/>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows)
    {
        Floats weights = parameters.TurnedWeights();
        ConvShape now = parameters.For(rows);
        if (parameters.Unfolds)
        {
            kernels.ToUnfolded.Run(Gradient, weights, parameters.Unfolded, Gradient, Gradient, now, parameters.PackedScratch);
            kernels.FoldGradient(below).Run(parameters.Unfolded, inputGradient, Gradient, belowSaved, parameters.Whole(rows));
        }
        else
        {
            kernels.InputGradient(below).Run(Gradient, weights, inputGradient, Gradient, belowSaved, now, parameters.PackedScratch);
        }
    }
}
