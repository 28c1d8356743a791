using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>
/// Turns pixels that hold several outputs per colour into one image for each output: (pixels, outputs, colours) to (outputs, pixels,
/// colours), as likelihoods want it. It has no parameters, and stands last in a decoder: the gradient takes the output's place.
/// </summary>
public sealed class Planes : ILayer
{
    private readonly Workspace workspace;
    private readonly AxesShape shape;

    /// <summary>Allocates the layer's part of the workspace.</summary>
    public Planes(Workspace workspace, int pixels, int outputs, int colours)
    {
        this.workspace = workspace;
        shape = new() { Second = pixels, Third = outputs, Fourth = colours };
        Output = workspace.Allocate(checked(pixels * outputs * colours));
    }

    /// <inheritdoc/>
    public Activation Activation => Activation.Identity;
    /// <inheritdoc/>
    public ArrayView<float> Output { get; }
    /// <inheritdoc/>
    public ArrayView<float> Saved => Output;
    /// <inheritdoc/>
    public ArrayView<float> Gradient => Output;

    /// <inheritdoc/>
    public void Forward(ParameterArena arena, ArrayView<float> input, int rows) =>
        workspace.Matrices.SwapAxes(input, Output, shape, rows);

    /// <summary>There is nothing to do.</summary>
    public void BackwardParameters(ParameterArena arena, ArrayView<float> input, int rows) { }

    /// <summary>Moves the gradient back; the layer below has no activation.</summary>
    public void BackwardInput(
        ParameterArena arena, Activation below, ArrayView<float> belowSaved, ArrayView<float> inputGradient, int rows) =>
        workspace.Matrices.SwapAxes(Gradient, inputGradient, shape with { Second = shape.Third, Third = shape.Second }, rows);
}
