using VaeGpu.Kernels.Latent;

namespace VaeGpu.Layers.Models;

/// <summary>
/// The parameters of p(z∣y). N(0, I) has none and no outputs; not every device takes an empty view, so there is one that nothing reads or
/// writes.
/// </summary>
public sealed class PriorNetwork
{
    private readonly Network? layers;
    private readonly Floats unread;

    /// <summary>Declares the parameters under "prior", if there are any.</summary>
    public PriorNetwork(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        if (!shape.Prior.DependsOnLabel)
        {
            unread = workspace.Allocate(1);
            return;
        }
        Columns = shape.Prior.Outputs * shape.LatentDimensions;
        var network = new NetworkBuilder(workspace, layout, "prior", shape.Classes);
        if (shape.Prior.HasHiddenLayer)
            network.Linear(shape.Layers.DecoderLinear.Take(1), shape.Activation);
        layers = network.Linear(Columns, Activation.Identity).Build();
    }

    /// <summary>Columns of <see cref="Output"/>.</summary>
    public int Columns { get; }

    /// <summary>What <see cref="IPrior"/> reads, one row for each example.</summary>
    public Floats Output => layers is null ? unread : layers.Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public Floats OutputGradient => layers is null ? unread : layers.OutputGradient;

    /// <summary>Computes <see cref="Output"/> from one-hot labels, (batch, classes).</summary>
    public void Forward(Floats labels, int rows) => layers?.Forward(labels, rows);

    /// <summary>Computes the gradients of the parameters.</summary>
    public void Backward(Floats labels, int rows) => layers?.Backward(labels, rows);
}
