namespace VaeGpu.Layers;

/// <summary>
/// Turns symbols' numbers into one-hot rows, (batch, D) to (batch, D·K), so that no symbol is nearer to one than to another. It has no
/// parameters and must come first: data have no gradient.
/// </summary>
public sealed class OneHotSymbols : Layer
{
    private readonly OneHotLauncher launcher;
    private readonly OneHotShape shape;

    /// <summary>Allocates the layer's part of the workspace.</summary>
    public OneHotSymbols(Workspace workspace, int columns, int classes) : base(workspace.Allocate(checked(columns * classes)))
    {
        launcher = new OneHotLauncher(workspace.Accelerator);
        shape = new() { Columns = columns, Classes = classes };
    }

    /// <inheritdoc/>
    public override void Forward(Floats input, int rows) => launcher.Run(input, Output, shape, rows);

    /// <exception cref="NotSupportedException">A symbol has no derivative.</exception>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        throw new NotSupportedException("Symbols have no derivative: this layer must be the first.");
}
