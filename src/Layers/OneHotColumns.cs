using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Layers;

/// <summary>
/// Turns the codes of categorical columns into one-hot columns beside the numbers, (batch, N + C) to (batch, N + ΣK):
/// <see cref="CategoricalColumns.OneHot"/>. It has no parameters and must come first: data have no gradient.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="launcher">The kernels for the columns.</param>
/// <param name="outputs">N + ΣK.</param>
public sealed class OneHotColumns(Workspace workspace, CategoricalLauncher launcher, int outputs) : Layer(workspace.Allocate(outputs))
{
    /// <inheritdoc/>
    public override void Forward(Floats input, int rows) => launcher.OneHot(input, Output, rows);

    /// <exception cref="NotSupportedException">A category has no derivative.</exception>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows) =>
        throw new NotSupportedException("Categories have no derivative: this layer must be the first.");
}
