namespace VaeGpu.Layers;

/// <summary>
/// Turns symbols' numbers into one-hot rows, (batch, D) to (batch, D·K), so that no symbol is nearer to one than to another. It has no
/// parameters and must come first: data have no gradient.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="columns">Symbols of an example, D.</param>
/// <param name="classes">Different symbols, K.</param>
public sealed class OneHotSymbols(Workspace workspace, int columns, int classes)
    : Layer(workspace.Allocate(checked(columns * classes)))
{
    private readonly OneHotLauncher launcher = new(workspace.Accelerator);
    private readonly OneHotShape shape = new() { Columns = columns, Classes = classes };

    /// <summary>Symbols of an example, D.</summary>
    public int Columns => shape.Columns;
    /// <summary>Different symbols, K.</summary>
    public int Classes => shape.Classes;

    /// <inheritdoc/>
    public override void Forward(Floats input, int rows) => launcher.Run(input, Output, shape, rows);

    /// <exception cref="NotSupportedException">A symbol has no derivative.</exception>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        throw new NotSupportedException("Symbols have no derivative: this layer must be the first.");
}
