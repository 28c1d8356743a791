namespace VaeGpu.Layers;

/// <summary>
/// Sets the label beside the features: y = [x | label], the label one-hot. It has no parameters. The gradient takes the output's place,
/// which the layer above no longer needs once it has its parameters' gradients.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="labels">The labels, (batch/<paramref name="repeats"/>, <paramref name="classes"/>).</param>
/// <param name="classes">Their columns.</param>
/// <param name="inputs">Columns of x.</param>
/// <param name="below">What made x.</param>
/// <param name="repeats">How many rows of x have the same label, one below the other.</param>
public sealed class WithLabels(Workspace workspace, Floats labels, int classes, int inputs, Activation below, int repeats = 1)
    : Layer(workspace.Allocate(inputs + classes))
{
    private readonly ConditionLauncher launcher = new(workspace.Accelerator, below);
    private readonly JoinShape shape = new() { Left = inputs, Right = classes, LeftRepeats = 1, RightRepeats = repeats };

    /// <summary>Columns of x.</summary>
    public int Inputs => shape.Left;
    /// <summary>Columns of the label.</summary>
    public int Classes => shape.Right;

    /// <inheritdoc/>
    public override void Forward(Floats input, int rows) => launcher.Join(input, labels, Output, shape with { Rows = rows });

    /// <inheritdoc/>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        launcher.TakeLeft(Gradient, below == Activation.Identity ? Gradient : belowSaved, inputGradient, shape with { Rows = rows });
}
