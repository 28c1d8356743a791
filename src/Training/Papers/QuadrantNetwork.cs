using VaeGpu.Kernels.Optimizers;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Papers;

/// <summary>A model of the missing pixels y of an image whose pixels x are given, with a batch of both on a device.</summary>
internal abstract class QuadrantNetwork : IDisposable
{
    /// <summary>Rows of a batch.</summary>
    public const int Batch = 128;

    private const uint Seed = 1;
    private static readonly AdamSettings Adam = new OptimizerConfiguration().Settings;

    private readonly StepLauncher launcher;
    private readonly DeviceArrays arrays;
    private readonly ArrayView<ControlBlock> training, evaluation;
    private readonly ArrayView<MetricSums> sums;
    private readonly float[] given, missing;
    private ParameterArena? arena;

    protected QuadrantNetwork(Accelerator accelerator, Quadrants images)
    {
        launcher = new StepLauncher(accelerator);
        arrays = new DeviceArrays(accelerator);
        Workspace = new Workspace(accelerator, Batch);
        (given, missing) = (new float[Batch * images.Given.Length], new float[Batch * images.Missing.Length]);
        (Given, Missing) = (Workspace.Allocate(images.Given.Length), Workspace.Allocate(images.Missing.Length));
        (training, evaluation) = (arrays.Of(Start), arrays.Of(Start));
        sums = arrays.Of(default(MetricSums));
    }

    /// <summary>x of the batch, (rows, given).</summary>
    public ArrayView<float> Given { get; }

    /// <summary>y of the batch, (rows, missing).</summary>
    public ArrayView<float> Missing { get; }

    protected Workspace Workspace { get; }

    protected ParameterLayout Layout { get; } = new(Initialization.Pytorch);

    private ParameterArena Arena => arena ?? throw new InvalidOperationException("The network has no parameters yet.");

    /// <summary>Adam's settings are those of PyTorch.</summary>
    private static ControlBlock Start => new()
    {
        Seed = Seed, Step = 1, LearningRate = 1e-3f, Schedule = new() { Full = 1e-3f }, LikelihoodWeight = 1, DivergenceWeight = 1,
    };

    /// <summary>
    /// Trains until the held-out loss has not improved for some epochs, or all are done, and goes back to the best epoch.
    /// </summary>
    /// <returns>The lowest held-out loss, in nats per image.</returns>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    /// <exception cref="TrainingDivergedException">The loss is infinite or not a number.</exception>
    public double Train(string name, Quadrants train, Quadrants heldOut, (int Epochs, int Patience) until, Reproduction work)
    {
        float[] best = [];
        var (lowest, since) = (double.PositiveInfinity, 0);
        var random = new Random((int)Seed);
        int[] order = [.. Enumerable.Range(0, train.Count)], all = [.. Enumerable.Range(0, heldOut.Count)];
        for (var epoch = 1; epoch <= until.Epochs && since < until.Patience; epoch++)
        {
            random.Shuffle(order);
            double trained = Pass(train, order, trains: true, work.Stop), held = Pass(heldOut, all, trains: false, work.Stop);
            work.Say($"{name}: epoch {epoch}  train {trained:F2}  test {held:F2}");
            (lowest, since, best) = held < lowest
                ? (held, 0, DeviceArrays.Read(Arena.Parameters, Layout.Length))
                : (lowest, since + 1, best);
        }
        Arena.Parameters.CopyFromCPU(best);
        return lowest;
    }

    /// <summary>Brings images to the device.</summary>
    public void Load(Quadrants images, ReadOnlySpan<int> rows)
    {
        images.CopyTo(given, rows, images.Given);
        images.CopyTo(missing, rows, images.Missing);
        Given.CopyFromCPU(given);
        Missing.CopyFromCPU(missing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeNetworks();
        arena?.Dispose();
        Workspace.Dispose();
        arrays.Dispose();
    }

    /// <summary>Draws the first parameters; called when every network is built.</summary>
    protected void Initialize()
    {
        arena = new ParameterArena(Workspace.Accelerator, Layout);
        arena.Initialize(launcher, Seed);
    }

    protected abstract void DisposeNetworks();

    /// <summary>Computes what the losses follow from.</summary>
    protected abstract void Forward(StepContext step);

    /// <summary>Computes the losses and the gradients; called after <see cref="Forward"/>.</summary>
    protected abstract void Backward(StepContext step);

    /// <summary>Computes the losses alone.</summary>
    protected abstract void Evaluate(StepContext step);

    /// <summary>−log p(y∣x, z) or −log p(y∣x) of each row, and the KL term of each row.</summary>
    protected abstract (ArrayView<float> Reconstruction, ArrayView<float> Divergence) Losses { get; }

    /// <summary>The context of a batch that is not trained on; its noise follows from <paramref name="number"/>.</summary>
    protected StepContext Evaluating(int number, int rows)
    {
        evaluation.CopyFromCPU([Start with { Step = number }]);
        return new(evaluation, rows, RandomPurpose.Evaluation);
    }

    private double Pass(Quadrants images, int[] order, bool trains, CancellationToken stop)
    {
        sums.CopyFromCPU([default]);
        for (int first = 0, rows; first < order.Length; first += rows)
        {
            stop.ThrowIfCancellationRequested();
            rows = Math.Min(Batch, order.Length - first);
            Load(images, order.AsSpan(first, rows));
            StepContext step = trains ? new(training, rows) : Evaluating(first / Batch + 1, rows);
            Forward(step);
            if (trains)
            {
                Backward(step);
                Arena.Update(launcher, training, Adam);
            }
            else
            {
                Evaluate(step);
            }
            launcher.EndStep(
                Losses.Reconstruction, Losses.Divergence, sums, step.Control, new StepShape { Rows = rows, Count = int.MaxValue });
        }
        var read = new MetricSums[1];
        sums.CopyToCPU(read);
        MetricSums all = read[0];
        double sum = (double)all.NegativeLogLikelihood + all.NegativeLogLikelihoodLost + all.Divergence + all.DivergenceLost;
        return all.FirstNonFiniteStep == 0 && double.IsFinite(sum)
            ? sum / all.Rows
            : throw new TrainingDivergedException("The loss became infinite or not a number.");
    }
}
