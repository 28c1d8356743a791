using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;

namespace VaeGpu.Layers;

/// <summary>
/// Turns each example's matrix: between planes, one behind the other, as data and likelihoods have colours and outputs, and pixels, as
/// convolutions have them. It has no parameters; the gradient takes the output's place.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="rows">Rows of an example's matrix: its planes before convolutions, its pixels behind them.</param>
/// <param name="columns">Columns: its pixels, or its planes.</param>
public sealed class Planes(Workspace workspace, int rows, int columns) : ILayer
{
    private readonly MatrixShape shape = new() { Rows = rows, Columns = columns };

    /// <inheritdoc/>
    public bool HasParameters => false;
    /// <inheritdoc/>
    public Activation Activation => Activation.Identity;
    /// <inheritdoc/>
    public ArrayView<float> Output { get; } = workspace.Allocate(checked(rows * columns));
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
        workspace.Matrices.SwapAxes(Gradient, inputGradient, new() { Rows = shape.Columns, Columns = shape.Rows }, rows);
}
