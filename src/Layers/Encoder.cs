namespace VaeGpu.Layers;

/// <summary>q(z∣x) = N(μ(x), σ²(x)), or q(z∣x, y) where there are labels: a chain of layers that gives [μ | logσ²].</summary>
public sealed class Encoder
{
    private readonly Network layers;

    /// <summary>
    /// Declares the parameters under "encoder"; <paramref name="labels"/>, (batch, classes), are read where there are classes.
    /// </summary>
    public Encoder(Workspace workspace, ParameterLayout layout, VaeShape shape, ArrayView<float> labels)
    {
        layers = Architectures.Encoder(workspace, layout, shape, labels);
    }

    /// <summary>[μ | logσ²], (batch, 2d).</summary>
    public ArrayView<float> Encoded => layers.Output;
    /// <summary>The gradient of <see cref="Encoded"/>: to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> EncodedGradient => layers.OutputGradient;

    /// <summary>Computes <see cref="Encoded"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> data, int rows) => layers.Forward(arena, data, rows);

    /// <summary>Computes the gradients of the parameters, from <see cref="EncodedGradient"/>.</summary>
    public void Backward(ParameterArena arena, ArrayView<float> data, int rows) => layers.Backward(arena, data, rows);
}
