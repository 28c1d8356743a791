using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Layers.Models;

/// <summary>The sizes and distributions of a variational autoencoder.</summary>
public sealed record VaeShape
{
    /// <summary>Data dimensions D.</summary>
    public required int DataDimensions { get; init; }
    /// <summary>Latent dimensions d.</summary>
    public required int LatentDimensions { get; init; }
    /// <summary>The hidden layers of the encoder and the decoder.</summary>
    public required HiddenLayers Layers { get; init; }
    /// <summary>The hidden layers' activation.</summary>
    public required Activation Activation { get; init; }
    /// <summary>Symbols whose numbers, divided by 255, the data are: the encoder reads them one-hot. 0 where data are numbers.</summary>
    public int Symbols { get; init; }
    /// <summary>
    /// The number of categories of each categorical column, whose codes are the last data dimensions; none where all of them are
    /// numbers. The encoder reads them one-hot, and p(x∣z) is categorical for them.
    /// </summary>
    public ValueList<int> Categories { get; init; } = [];
    /// <summary>Data dimensions that are numbers, N: those of <see cref="Likelihood"/>.</summary>
    public int Numbers => DataDimensions - Categories.Count;
    /// <summary>Columns of K numbers for each of the N and of one for each category: K·N + ΣC.</summary>
    public int OutputColumns(int outputs) => outputs * Numbers + Categories.Sum();
    /// <summary>The distribution of the initial parameters.</summary>
    public Initialization Initialization { get; init; } = Initialization.Pytorch;
    /// <summary>p(x∣z).</summary>
    public required Likelihood Likelihood { get; init; }
    /// <summary>What the likelihood is told.</summary>
    public LikelihoodSettings LikelihoodSettings { get; init; }
    /// <summary>Classes of the labels that encoder, decoder and prior are given; 0 for none.</summary>
    public int Classes { get; init; }
    /// <summary>p(z) or p(z∣y).</summary>
    public Prior Prior { get; init; } = Prior.Standard;
    /// <summary>What training minimizes.</summary>
    public Objective Objective { get; init; } = Objective.Elbo;
    /// <summary>Draws z of each example, L.</summary>
    public int Samples { get; init; } = 1;
    /// <summary>The numbers that linear layers multiply, where the device can; convolutions are in fp32.</summary>
    public Precision Precision { get; init; }
    /// <summary>λ of <see cref="Kernels.Latent.FreeBits"/>, in nats per latent dimension; 0 for none.</summary>
    public float FreeBits { get; init; }
}

/// <summary>
/// A variational autoencoder (Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014), conditional where there are classes (Sohn,
/// Lee and Yan 2015), with its forward and backward passes derived by hand. The objective is the mean over the batch of
/// w·(−log p(x∣z)) + v·KL(q(z∣x) ‖ p(z)), or of the importance-weighted bound, z drawn L times for each row; the weights stand in the
/// control block.
/// </summary>
/// <remarks>
/// All memory is allocated here, for the largest batch; a step allocates nothing and loads no kernel. Rows beyond the actual
/// batch keep what they held. Images lie in planes, (colors, height, width), whatever the layers.
/// </remarks>
public sealed class Vae : IDisposable
{
    private readonly Workspace workspace, draws;
    private readonly CategoricalLauncher? categorical;

    /// <summary>Builds the model; its parameters are zero until <see cref="ParameterArena.Initialize"/>.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="shape">Sizes and distributions.</param>
    /// <param name="maximalBatch">The most rows of a batch.</param>
    /// <param name="trains">Whether there is room for gradients and moments; without it, there is no backward pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an image has no pixel left after so many
    /// layers.</exception>
    /// <exception cref="ArgumentException">A prior of the label is asked for without classes, the image has another size than the
    /// data, or categories do not go with the rest.</exception>
    public Vae(Accelerator accelerator, VaeShape shape, int maximalBatch, bool trains = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.DataDimensions, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.LatentDimensions, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape.Samples, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegative(shape.Classes, nameof(shape));
        if (shape.Prior.DependsOnLabel && shape.Classes == 0)
            throw new ArgumentException("A prior that depends on the label needs classes.", nameof(shape));
        if (shape.Numbers < 0 || shape.Categories.Any(count => count < 1))
            throw new ArgumentException("Categorical columns are among the data dimensions, and each has a category.", nameof(shape));
        shape.Layers.Check(shape);
        Shape = shape;
        workspace = new Workspace(accelerator, maximalBatch, shape.Precision, trains);
        draws = shape.Samples == 1
            ? workspace
            : new Workspace(accelerator, checked(maximalBatch * shape.Samples), shape.Precision, trains);
        if (shape.Classes > 0)
            Labels = workspace.Allocate(shape.Classes);
        var layout = new ParameterLayout(shape.Initialization);
        if (shape.Categories.Count > 0)
        {
            int outputs = shape.Likelihood.Outputs(shape.LikelihoodSettings);
            categorical = new CategoricalLauncher(accelerator, shape.Numbers, shape.Categories, outputs);
        }
        Encoder = BuildEncoder(layout);
        Decoder = new Decoder(draws, layout, shape, Labels, categorical);
        Prior = new PriorNetwork(workspace, layout, shape);
        Posterior = new Posterior(workspace, draws, shape);
        Parameters = new ParameterArena(accelerator, layout, trains);
    }

    /// <summary>Sizes and distributions.</summary>
    public VaeShape Shape { get; }
    /// <summary>q(z∣x) = N(μ(x), σ²(x)), or q(z∣x, y) where there are labels; its output is [μ | logσ²], (batch, 2d).</summary>
    public Network Encoder { get; }
    /// <summary>The draws of it.</summary>
    public Posterior Posterior { get; }
    /// <summary>p(x∣z).</summary>
    public Decoder Decoder { get; }
    /// <summary>p(z).</summary>
    public PriorNetwork Prior { get; }
    /// <summary>All parameters, gradients and moments.</summary>
    public ParameterArena Parameters { get; }
    /// <summary>y of each row, one-hot, (batch, classes): to be written before anything else of a conditional model.</summary>
    public Floats Labels { get; }
    /// <summary>The most rows that a batch may have.</summary>
    public int MaximalBatch => workspace.MaximalBatch;

    /// <summary>One forward pass: q(z∣x), the draws z, and the outputs of p(x∣z).</summary>
    /// <param name="data">The batch, (rows, D).</param>
    /// <param name="step">The step: what ε is drawn by, and the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for so many rows.</exception>
    public void Forward(Floats data, StepContext step)
    {
        Encode(data, step.Rows);
        Posterior.Forward(Encoder.Output, Prior.Output, step);
        Decode(step.Rows);
    }

    /// <summary>q(z∣x) and p(z) alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for so many rows.</exception>
    public void Encode(Floats data, int rows)
    {
        workspace.ThrowIfTooMany(rows);
        Prior.Forward(Labels, rows);
        Encoder.Forward(data, rows);
    }

    /// <summary>The outputs of p(x∣z) at <see cref="Models.Posterior.Latent"/>, L draws for each of the rows.</summary>
    public void Decode(int rows) => Decoder.Forward(Posterior.Latent, rows * Shape.Samples);

    /// <summary>−log p(x∣z) of each row, the mean over its draws, without weight: evaluation. Called after <see cref="Forward"/>.</summary>
    public void EvaluateLoss(Floats data, int rows) =>
        Decoder.EvaluateLoss(data, rows * Shape.Samples, Shape.Samples);

    /// <summary>
    /// Takes L more draws z of each row, from number <paramref name="first"/> on, into the running sums of
    /// <see cref="Importance.Accumulate"/>, (rows, 4); called after <see cref="Encode"/>. The sums do not depend on L.
    /// </summary>
    public void AccumulateDraws(Floats data, Floats running, StepContext step, int first)
    {
        Posterior.Draw(Encoder.Output, Prior.Output, step, first);
        Decode(step.Rows);
        EvaluateLoss(data, step.Rows);
        Posterior.Accumulate(Decoder.Loss, running, step);
    }

    /// <summary>The mean over the draws of the decoder's last losses, (batch).</summary>
    public Floats Loss(int rows) => Posterior.MeanOfDraws(Decoder.Loss, rows);

    /// <summary>
    /// −log (1/L)Σ p(x∣z)^u·(p(z)/q(z∣x))^v over the draws of each row, (batch), u and v the weights: what an objective with
    /// <see cref="Objective.WeighsDraws"/> minimizes. Called after <see cref="Backward"/> or <see cref="EvaluateLoss"/>, in the same
    /// step.
    /// </summary>
    public Floats Bound(StepContext step, float likelihoodWeight, float divergenceWeight) =>
        Posterior.Bound(Encoder.Output, Prior.Output, Decoder.Loss, step, likelihoodWeight, divergenceWeight);

    /// <summary>
    /// Writes the sums of a shard to its <see cref="BatchStatistics"/>: its forward pass, as far as they need it. <see cref="Backward"/>
    /// comes when those of all shards are there, after a <see cref="Forward"/> of its own.
    /// </summary>
    public void Measure(Floats data, StepContext step)
    {
        bool fitsVariance = Shape.Likelihood.Variance == VarianceSource.BatchOptimal;
        if (fitsVariance)
            Forward(data, step);
        else
            Encode(data, step.Rows);
        Posterior.Measure(Encoder.Output, Prior.Output, step);
        if (fitsVariance)
            Decoder.Measure(data, step, Shape.Samples);
    }

    /// <summary>
    /// The <see cref="Backward"/> of a shard without rows: no gradient, but the variance that fits the batch becomes the model's.
    /// </summary>
    public void BackwardEmpty(BatchShard shard)
    {
        Parameters.Gradients.MemSetToZero();
        if (shard.Statistics is { } sums)
            Decoder.FitVariance(sums, Shape.Samples * shard.BatchRows);
    }

    /// <summary>The tensors in the order in which <see cref="Backward"/> has their gradients.</summary>
    public IEnumerable<ParameterSlice> GradientOrder =>
        [.. Decoder.GradientOrder, .. Prior.Network?.GradientOrder ?? [], .. Encoder.GradientOrder];

    /// <summary>
    /// The losses of each row and the gradients of all parameters; called after <see cref="Forward"/> with the same. Of a shard it is the
    /// share of the batch's gradient.
    /// </summary>
    /// <param name="data">The batch, (rows, D).</param>
    /// <param name="step">The step.</param>
    /// <param name="finished">Called with each tensor once the launches that compute its gradient are made.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for so many rows.</exception>
    /// <exception cref="InvalidOperationException">The model was built without room for gradients.</exception>
    public void Backward(Floats data, StepContext step, Action<ParameterSlice>? finished = null)
    {
        int rows = step.Rows;
        workspace.ThrowIfTooMany(rows);
        if (!workspace.Trains)
            throw new InvalidOperationException("The model was built without room for gradients; build it to train.");
        int drawn = rows * Shape.Samples;
        Decoder.LossAndGradient(data, step with { Rows = drawn }, Shape.Samples);
        Posterior.Weigh(
            Encoder.Output, Prior.Output, Decoder.Loss, Decoder.Outputs, (int)(Decoder.Outputs.Length / draws.MaximalBatch), step);
        Decoder.Backward(Posterior.Latent, Posterior.LatentGradient, drawn, finished);
        Posterior.Backward(Encoder.Output, Prior.Output, Encoder.OutputGradient, Prior.OutputGradient, step);
        Prior.Backward(Labels, rows, finished);
        Encoder.Backward(data, rows, finished);
    }

    /// <summary>The matrix products and convolutions of a training step of the encoder and the decoder, for a batch.</summary>
    public IEnumerable<LayerProduct> Products(int rows) =>
        Encoder.Products(rows, toInput: false).Concat(Decoder.Products(rows * Shape.Samples));

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        Decoder.Dispose();
        categorical?.Dispose();
        if (draws != workspace)
            draws.Dispose();
        workspace.Dispose();
    }

    /// <summary>From the data, and the labels where there are classes, to [μ | logσ²].</summary>
    private Network BuildEncoder(ParameterLayout layout)
    {
        var network = new NetworkBuilder(workspace, layout, "encoder", Shape.DataDimensions, sparseInput: true);
        if (Shape.Symbols > 0)
            network.OneHot(Shape.Symbols);
        if (categorical is not null)
            network.Add(new OneHotColumns(workspace, categorical, Shape.OutputColumns(1)), Shape.OutputColumns(1));
        Shape.Layers.AddEncoder(network, Shape, Labels);
        return network.Linear(2 * Shape.LatentDimensions, Activation.Identity).Build();
    }
}
