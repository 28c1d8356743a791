using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Layers;

/// <summary>p(x∣z): a chain of layers that gives the likelihood's outputs for every data dimension.</summary>
public sealed class Decoder
{
    private readonly Mlp layers;
    private readonly LikelihoodLauncher launcher;
    private readonly int dataDimensions;

    /// <summary>Declares the parameters under "decoder".</summary>
    public Decoder(Workspace workspace, ParameterLayout layout, VaeShape shape)
    {
        launcher = LikelihoodLauncher.Load(workspace.Accelerator, shape.Likelihood, shape.LikelihoodSettings);
        dataDimensions = shape.DataDimensions;
        int outputs = checked(launcher.Outputs * dataDimensions);
        layers = new Mlp(
            workspace, layout, "decoder", shape.LatentDimensions, shape.DecoderWidths, outputs, shape.Activation, gradientInPlace: true);
        Loss = workspace.Allocate(1);
    }

    /// <summary>The likelihood's outputs, (batch, K·D); <see cref="LossAndGradient"/> overwrites them with their gradient.</summary>
    public ArrayView<float> Outputs => layers.Output;

    /// <summary>−log p(x∣z) of each row, in nats, without weight.</summary>
    public ArrayView<float> Loss { get; }

    /// <summary>Computes <see cref="Outputs"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> latent, int rows) => layers.Forward(arena, latent, rows);

    /// <summary>Computes <see cref="Loss"/>, and the gradient of the outputs in their place.</summary>
    public void LossAndGradient(ArrayView<float> data, ArrayView<ControlBlock> control, int rows) =>
        launcher.LossAndGradient(data, Outputs, Loss, control, Shape(rows));

    /// <summary>Computes <see cref="Loss"/> alone: evaluation.</summary>
    public void EvaluateLoss(ArrayView<float> data, int rows) => launcher.Loss(data, Outputs, Loss, Shape(rows));

    /// <summary>Writes the mean of p(x∣z), (batch, D).</summary>
    public void Mean(ArrayView<float> means, int rows) => launcher.Mean(Outputs, means, Shape(rows));

    /// <summary>Writes a draw from p(x∣z), (batch, D).</summary>
    public void Sample(ArrayView<float> samples, ArrayView<ControlBlock> control, int rows) =>
        launcher.Sample(Outputs, samples, control, Shape(rows));

    /// <summary>Computes the gradients of the parameters and of the latent; called after <see cref="LossAndGradient"/>.</summary>
    public void Backward(ParameterArena arena, ArrayView<float> latent, ArrayView<float> latentGradient, int rows)
    {
        layers.Backward(arena, latent, rows);
        layers.BackwardInput(arena, latentGradient, rows);
    }

    private ReconstructionShape Shape(int rows) => new() { Rows = rows, Columns = dataDimensions };
}
