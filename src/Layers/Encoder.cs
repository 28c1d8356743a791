using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>q(z∣x) = N(μ(x), σ²(x)): a chain of layers that gives [μ | logσ²], a draw from it, and its divergence from N(0, I).</summary>
public sealed class Encoder
{
    private readonly Mlp layers;
    private readonly LatentLauncher launcher;

    /// <summary>Declares the parameters under "encoder".</summary>
    public Encoder(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        layers = new Mlp(workspace, layout, "encoder", shape.DataDimensions, shape.EncoderWidths, 2 * shape.LatentDimensions,
            shape.Activation);
        launcher = new LatentLauncher(workspace.Accelerator);
        LatentDimensions = shape.LatentDimensions;
        Latent = workspace.Allocate(shape.LatentDimensions);
        LatentGradient = workspace.Allocate(shape.LatentDimensions);
        Divergence = workspace.Allocate(1);
    }

    /// <summary>d.</summary>
    public int LatentDimensions { get; }
    /// <summary>[μ | logσ²], (batch, 2d).</summary>
    public ArrayView<float> Encoded => layers.Output;
    /// <summary>z, (batch, d).</summary>
    public ArrayView<float> Latent { get; }
    /// <summary>The gradient of z, (batch, d): to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> LatentGradient { get; }
    /// <summary>KL of each row, in nats, without weight.</summary>
    public ArrayView<float> Divergence { get; }

    /// <summary>Computes <see cref="Encoded"/>, <see cref="Latent"/> and <see cref="Divergence"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> data, ArrayView<ControlBlock> control, int rows, uint purpose)
    {
        layers.Forward(arena, data, rows);
        launcher.Forward(Encoded, Latent, Divergence, control, Shape(rows, purpose));
    }

    /// <summary>Computes the gradients of the parameters, from <see cref="LatentGradient"/> and from the divergence.</summary>
    public void Backward(ParameterArena arena, ArrayView<float> data, ArrayView<ControlBlock> control, int rows, uint purpose)
    {
        launcher.Backward(Encoded, LatentGradient, layers.OutputGradient, control, Shape(rows, purpose));
        layers.Backward(arena, data, rows);
    }

    private LatentShape Shape(int rows, uint purpose) => new() { Rows = rows, Columns = LatentDimensions, Purpose = purpose };
}
