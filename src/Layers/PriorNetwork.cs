using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>
/// p(z∣y) = N(μ(y), I), μ linear in the one-hot label, or N(μ(y), σ²(y)) from a network with the width of the decoder's first linear layer.
/// N(0, I) has no parameters and no outputs; not every device takes an empty view, so there is one that nothing reads or writes.
/// </summary>
public sealed class PriorNetwork
{
    private readonly Network? layers;
    private readonly ArrayView<float> unread;

    /// <summary>Declares the parameters under "prior", if there are any.</summary>
    public PriorNetwork(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        if (!shape.Prior.DependsOnLabel)
        {
            unread = workspace.Allocate(1);
            return;
        }
        Columns = shape.Prior.Outputs * shape.LatentDimensions;
        layers = Architectures.Prior(workspace, layout, shape,
            shape.Prior.HasHiddenLayer ? [.. (shape.Convolution?.Dense.Reverse() ?? shape.DecoderWidths).Take(1)] : [], Columns);
    }

    /// <summary>Columns of <see cref="Output"/>.</summary>
    public int Columns { get; }

    /// <summary>What <see cref="IPrior"/> reads, one row for each example.</summary>
    public ArrayView<float> Output => layers is null ? unread : layers.Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> OutputGradient => layers is null ? unread : layers.OutputGradient;

    /// <summary>Computes <see cref="Output"/> from one-hot labels, (batch, classes).</summary>
    public void Forward(ParameterArena arena, ArrayView<float> labels, int rows) => layers?.Forward(arena, labels, rows);

    /// <summary>Computes the gradients of the parameters.</summary>
    public void Backward(ParameterArena arena, ArrayView<float> labels, int rows) => layers?.Backward(arena, labels, rows);
}
