using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Layers;

/// <summary>The sizes and the laws of a variational autoencoder.</summary>
public sealed record VaeShape
{
    /// <summary>Data dimensions D.</summary>
    public required int DataDimensions { get; init; }
    /// <summary>Latent dimensions d.</summary>
    public required int LatentDimensions { get; init; }
    /// <summary>The widths of the encoder's hidden layers, from the data on.</summary>
    public required IReadOnlyList<int> EncoderWidths { get; init; }
    /// <summary>The widths of the decoder's hidden layers, from the latent on.</summary>
    public required IReadOnlyList<int> DecoderWidths { get; init; }
    /// <summary>The hidden layers' activation.</summary>
    public required Activation Activation { get; init; }
    /// <summary>p(x∣z).</summary>
    public required Likelihood Likelihood { get; init; }
    /// <summary>What the likelihood is told.</summary>
    public LikelihoodSettings LikelihoodSettings { get; init; }
}

/// <summary>
/// A variational autoencoder (Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014) with its forward and backward
/// passes derived by hand. The objective is the mean over the batch of w·(−log p(x∣z)) + v·KL(q(z∣x) ‖ N(0, I)), z drawn once
/// for each row; the weights stand in the control block.
/// </summary>
/// <remarks>
/// All memory is allocated here, for the largest batch; a step allocates nothing and loads no kernel. Rows beyond the actual
/// batch keep what they held.
/// </remarks>
public sealed class Vae : IDisposable
{
    private readonly Workspace workspace;

    /// <summary>Builds the model; its parameters are zero until <see cref="ParameterArena.Initialize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Vae(Accelerator accelerator, VaeShape shape, int maximalBatch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.DataDimensions, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.LatentDimensions, nameof(shape));
        Shape = shape;
        workspace = new Workspace(accelerator, maximalBatch);
        var layout = new ParameterLayout();
        Encoder = new Encoder(workspace, layout, shape);
        Decoder = new Decoder(workspace, layout, shape);
        Parameters = new ParameterArena(accelerator, layout);
    }

    /// <summary>Sizes and laws.</summary>
    public VaeShape Shape { get; }
    /// <summary>q(z∣x).</summary>
    public Encoder Encoder { get; }
    /// <summary>p(x∣z).</summary>
    public Decoder Decoder { get; }
    /// <summary>All parameters, gradients and moments.</summary>
    public ParameterArena Parameters { get; }
    /// <summary>The most rows that a batch may have.</summary>
    public int MaximalBatch => workspace.MaximalBatch;

    /// <summary>One forward pass: q(z∣x), z, and the outputs of p(x∣z).</summary>
    /// <param name="data">The batch, (rows, D).</param>
    /// <param name="control">Seed and step: what ε is drawn by.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="purpose">One of <see cref="RandomPurpose"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for so many rows.</exception>
    public void Forward(ArrayView<float> data, ArrayView<ControlBlock> control, int rows, uint purpose = RandomPurpose.Latent)
    {
        workspace.ThrowIfTooMany(rows);
        Encoder.Forward(Parameters, data, control, rows, purpose);
        Decoder.Forward(Parameters, Encoder.Latent, rows);
    }

    /// <summary>
    /// The losses of each row and the gradients of all parameters; called after <see cref="Forward"/> with the same arguments.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for so many rows.</exception>
    public void Backward(ArrayView<float> data, ArrayView<ControlBlock> control, int rows, uint purpose = RandomPurpose.Latent)
    {
        workspace.ThrowIfTooMany(rows);
        Decoder.LossAndGradient(Parameters, data, control, rows);
        Decoder.Backward(Parameters, Encoder.Latent, Encoder.LatentGradient, rows);
        Encoder.Backward(Parameters, data, control, rows, purpose);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        Decoder.Dispose();
        workspace.Dispose();
    }
}
