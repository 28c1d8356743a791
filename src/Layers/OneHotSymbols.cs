using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;

namespace VaeGpu.Layers;

/// <summary>
/// Turns symbols' numbers into one-hot rows, (batch, D) to (batch, D·K), so that no symbol is nearer to one than to another. It has no
/// parameters and stands first: nobody asks for the gradient of data.
/// </summary>
public sealed class OneHotSymbols : ILayer
{
    private readonly OneHotLauncher launcher;
    private readonly OneHotShape shape;

    /// <summary>Allocates the layer's part of the workspace.</summary>
    public OneHotSymbols(Workspace workspace, int columns, int classes)
    {
        launcher = new OneHotLauncher(workspace.Accelerator);
        shape = new() { Columns = columns, Classes = classes };
        Output = workspace.Allocate(checked(columns * classes));
    }

    /// <inheritdoc/>
    public bool HasParameters => false;
    /// <inheritdoc/>
    public Activation Activation => Activation.Identity;
    /// <inheritdoc/>
    public ArrayView<float> Output { get; }
    /// <inheritdoc/>
    public ArrayView<float> Saved => Output;
    /// <inheritdoc/>
    public ArrayView<float> Gradient => Output;

    /// <inheritdoc/>
    public void Forward(ParameterArena arena, ArrayView<float> input, int rows) => launcher.Run(input, Output, shape, rows);

    /// <summary>There is nothing to do.</summary>
    public void BackwardParameters(ParameterArena arena, ArrayView<float> input, int rows) { }

    /// <exception cref="NotSupportedException">A symbol has no derivative.</exception>
    public void BackwardInput(
        ParameterArena arena, Activation below, ArrayView<float> belowSaved, ArrayView<float> inputGradient, int rows) =>
        throw new NotSupportedException("Symbols have no derivative: this layer stands first.");
}
