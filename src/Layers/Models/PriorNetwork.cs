using VaeGpu.Kernels.Latent;

namespace VaeGpu.Layers.Models;

/// <summary>
/// The parameters of p(z∣y). N(0, I) has none and no outputs; not every device takes an empty view, so there is one that nothing reads or
/// writes.
/// </summary>
public sealed class PriorNetwork
{
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
        Network = network.Linear(Columns, Activation.Identity).Build();
    }

    /// <summary>The layers from one-hot labels to <see cref="Output"/>; null where there are none.</summary>
    public Network? Network { get; }

    /// <summary>Columns of <see cref="Output"/>.</summary>
    public int Columns { get; }

    /// <summary>What <see cref="IPrior"/> reads, one row for each example.</summary>
    public Floats Output => Network is null ? unread : Network.Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public Floats OutputGradient => Network is null ? unread : Network.OutputGradient;

    /// <summary>Computes <see cref="Output"/> from one-hot labels, (batch, classes).</summary>
    public void Forward(Floats labels, int rows) => Network?.Forward(labels, rows);

    /// <summary>Computes the gradients of the parameters.</summary>
    public void Backward(Floats labels, int rows, Action<ParameterSlice>? finished = null) => Network?.Backward(labels, rows, finished);
}
