namespace VaeGpu.Layers;

/// <summary>
/// Turns each example's matrix: between planes, one behind the other, as data and likelihoods have colors and outputs, and pixels, as
/// convolutions have them. It has no parameters; the gradient takes the output's place.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="rows">Rows of an example's matrix: its planes before convolutions, its pixels behind them.</param>
/// <param name="columns">Columns: its pixels, or its planes.</param>
public sealed class Planes(Workspace workspace, int rows, int columns) : Layer(workspace.Allocate(checked(rows * columns)))
{
    private readonly MatrixShape shape = new() { Rows = rows, Columns = columns };

    /// <summary>Rows of an example's matrix before it is turned.</summary>
    public int Rows => shape.Rows;
    /// <summary>Columns of it.</summary>
    public int Columns => shape.Columns;

    /// <inheritdoc/>
    public override void Forward(Floats input, int rows) => workspace.Matrices.Transpose(input, Output, shape, rows);

    /// <summary>Moves the gradient back; the layer below has no activation.</summary>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        workspace.Matrices.Transpose(Gradient, inputGradient, new() { Rows = shape.Columns, Columns = shape.Rows }, rows);
}
