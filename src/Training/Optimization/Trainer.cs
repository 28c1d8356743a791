using System.Diagnostics;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Memory;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Optimization;

/// <summary>Trains a variational autoencoder.</summary>
/// <remarks>
/// Minimizes the mean over a batch of what <see cref="ObjectiveConfiguration"/> says, in nats. What is computed follows from the
/// configuration alone: not from the device, its threads, stops in between or how often progress is told.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly StepLauncher launcher;
    private readonly Vae vae;
    private readonly ImagePass train;
    private readonly ImagePass test;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch;
    private readonly AdamSettings settings;
    private readonly List<EpochMetrics> history = [];
    private readonly Stopwatch clock = new();
    private readonly ReadingPace reading = new();
    private readonly DeviceReader reader;
    private StepGraph? fullStep;
    private double earlierSeconds;
    private long imagesHere;
    private int step = 1;
    private int epoch;
    private int image;

    /// <summary>
    /// Builds the model and brings the examples to the device. It starts at <paramref name="parameters"/>, or at those that the seed gives.
    /// </summary>
    /// <exception cref="RunException">Batch or model are too large for the images' size.</exception>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public Trainer(Accelerator accelerator, RunConfiguration configuration, DataSplit data, float[]? parameters = null)
    {
        Configuration = configuration;
        var model = configuration.Model;
        var rows = Math.Min(configuration.Training.Batch, Math.Max(data.Train.Count, data.Test.Count));
        var objective = configuration.Training.Objective;
        model.ThrowIfTooLarge(checked(rows * objective.Samples));
        Accelerator = accelerator;
        reader = new DeviceReader(accelerator);
        var optimizer = configuration.Training.Optimizer;
        launcher = new StepLauncher(accelerator, optimizer.Name, optimizer.Schedule);
        settings = optimizer.Settings;
        vae = Model(accelerator, model.ShapeFor(configuration.Training), rows);
        if (parameters is null)
            vae.Parameters.Initialize(launcher, configuration.Training.Seed);
        else
            vae.Parameters.Parameters.CopyFromCPU(parameters);
        batch = accelerator.Allocate1D<float>((long)rows * model.DataDimensions);
        var shuffled = new BatchOrder(configuration.Training.Seed, Shuffle.HalfBits(data.Train.Count), rows);
        train = new ImagePass(
            accelerator, launcher, data.Train, shuffled, model.Classes, objective, configuration.Data.Binarization is Binarization.Dynamic);
        test = new ImagePass(accelerator, launcher, data.Test, shuffled with { HalfBits = 0 }, model.Classes, objective);
        train.Reset(Counters(step, epoch, image), null);
    }

    /// <summary>Where it is trained.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>What is trained, and how.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>The epochs done.</summary>
    public IReadOnlyList<EpochMetrics> History => history;

    /// <summary>Whether all epochs are done, or the held-out loss has not improved for as many as it is given.</summary>
    public bool IsDone => history.Count >= Configuration.Training.Epochs || HasStalled;

    /// <summary>The epoch with the lowest held-out value of what is minimized; null before the first epoch's end.</summary>
    public EpochMetrics? Best => EpochMetrics.Best(history);

    /// <summary>
    /// Whether what is minimized has not improved on the held-out examples for <see cref="TrainingConfiguration.Patience"/> epochs.
    /// </summary>
    public bool HasStalled =>
        Configuration.Training.Patience is > 0 and var patience && Best is { } best && history.Count - best.Epoch >= patience;

    /// <summary>Steps made.</summary>
    public long Steps => step - 1;

    /// <summary>Examples trained on, each as often as it was.</summary>
    public long Examples => (long)epoch * train.Count + image;

    /// <summary>Parameters of the model, padding between tensors left out.</summary>
    public int ParameterCount => vae.Parameters.Layout.Slices.Sum(slice => slice.Length);

    /// <summary>
    /// Whether steps of a whole batch are recorded once and replayed. All that changes from step to step is in device memory, so that it
    /// makes no difference to what is computed.
    /// </summary>
    internal bool ReplaysSteps { get; init; } = true;

    /// <summary>
    /// Goes on to the end of the epoch under way and evaluates there. <paramref name="stop"/> is looked at between steps; then, and
    /// where training <see cref="IsDone"/>, the result is null. Progress goes to <paramref name="observer"/>.
    /// </summary>
    /// <exception cref="TrainingDivergedException">The loss is infinite or not a number.</exception>
    public EpochMetrics? TrainEpoch(ITrainingObserver observer, CancellationToken stop)
    {
        if (IsDone)
            return null;
        clock.Start();
        try
        {
            // Where a stop fell into an evaluation, the epoch's steps are all done.
            while (epoch == history.Count)
            {
                if (stop.IsCancellationRequested)
                    return null;
                Step();
                if (reading.Step())
                    observer.Progressed(Progress(ReadMeans(train)));
            }
            var trained = ReadMeans(train);
            if (Evaluate(stop) is not { } held)
                return null;
            var metrics = new EpochMetrics(epoch, earlierSeconds + clock.Elapsed.TotalSeconds, trained, held)
            {
                TrainObjective = Minimized(train, trained), TestObjective = Minimized(test, held),
            };
            train.Reset(null);
            history.Add(metrics);
            observer.Progressed(EpochProgress());
            return metrics;
        }
        finally
        {
            clock.Stop();
        }
    }

    /// <summary>All that training needs to go on from here, in host memory.</summary>
    /// <exception cref="TrainingDivergedException">The loss or a parameter is infinite or not a number: nothing worth keeping.</exception>
    public Checkpoint Snapshot()
    {
        var header = Header();
        var count = vae.Parameters.Layout.Length;
        var parameters = DeviceArrays.Read(vae.Parameters.Parameters, count);
        ThrowIfNotFinite(parameters);
        return new Checkpoint
        {
            Header = header,
            Parameters = parameters,
            FirstMoments = DeviceArrays.Read(vae.Parameters.FirstMoments, count),
            SecondMoments = DeviceArrays.Read(vae.Parameters.SecondMoments, count),
        };
    }

    /// <summary>
    /// Writes to <paramref name="path"/> what <see cref="Snapshot"/> gives, whole or not at all, from the device's memory: host memory for
    /// it does not grow with the model.
    /// </summary>
    /// <exception cref="TrainingDivergedException">
    /// The loss or a parameter is infinite or not a number; an older file is left as it was.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; an older one is left as it was.</exception>
    public void Save(string path)
    {
        clock.Start();
        try
        {
            var arrays = vae.Parameters;
            CheckpointFile.Write(
                path, Header(), arrays.Layout.Length, Finite, NumbersOf(arrays.FirstMoments), NumbersOf(arrays.SecondMoments));
        }
        finally
        {
            clock.Stop();
        }

        ReadOnlySpan<float> Finite(int first, int length)
        {
            var numbers = reader.Read(vae.Parameters.Parameters, first, length);
            ThrowIfNotFinite(numbers);
            return numbers;
        }

        NumbersAt NumbersOf(ArrayView<float> view) => (first, length) => reader.Read(view, first, length);
    }

    /// <summary>Goes back, or on, to where <paramref name="checkpoint"/> was taken.</summary>
    /// <exception cref="RunException">The checkpoint is of another model, other settings or other images.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        ThrowIfOther(checkpoint.Header, checkpoint.Parameters.Length);
        vae.Parameters.Parameters.CopyFromCPU(checkpoint.Parameters);
        vae.Parameters.FirstMoments.CopyFromCPU(checkpoint.FirstMoments);
        vae.Parameters.SecondMoments.CopyFromCPU(checkpoint.SecondMoments);
        GoTo(checkpoint.Header);
    }

    /// <summary>
    /// Goes to where the checkpoint in the file at <paramref name="path"/> was taken. It is read straight into the device's memory.
    /// </summary>
    /// <exception cref="RunException">
    /// There is no such file, it is damaged, or of another model, other settings or other images. The trainer must not be used afterwards.
    /// </exception>
    public void Restore(string path)
    {
        var found = 0;
        var arrays = vae.Parameters;
        var header = CheckpointFile.Read(path, count => (found = count) == arrays.Layout.Length
            ? [Into(arrays.Parameters), Into(arrays.FirstMoments), Into(arrays.SecondMoments)]
            : [null, null, null]);
        ThrowIfOther(header, found);
        GoTo(header);

        TakeNumbers Into(ArrayView<float> view) => (first, numbers) => view.SubView(first, numbers.Length).CopyFromCPU(numbers);
    }

    /// <summary>The model as it is now, to make data with; it has a copy of the parameters in the device's memory.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public Generation Generation() => new(Accelerator, Configuration.Model, vae.Parameters.Parameters);

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        fullStep?.Dispose();
        train.Dispose();
        test.Dispose();
        batch.Dispose();
        vae.Dispose();
    }

    /// <summary>The means over the images trained on since the epoch began that was the last one to be evaluated.</summary>
    /// <exception cref="TrainingDivergedException">The loss is infinite or not a number.</exception>
    internal LossTerms TrainingMeans() => ReadMeans(train);

    /// <summary>Where the run stands at the end of an epoch.</summary>
    internal TrainingProgress EpochProgress() => Progress(history[^1].Train);

    private void Step()
    {
        var rows = Math.Min(vae.MaximalBatch, train.Count - image);
        train.Prepare(epoch, image, rows);
        if (ReplaysSteps && rows == vae.MaximalBatch)
            (fullStep ??= StepGraph.Record(Accelerator, () => LaunchStep(rows))).Replay();
        else
            LaunchStep(rows);
        Advance(rows);
    }

    /// <summary>Rows of the largest batch that is trained on.</summary>
    internal int LargestBatch => Math.Min(vae.MaximalBatch, train.Count);

    /// <summary>
    /// Goes on to the next step of the largest batch; <paramref name="replay"/> makes its launches, once: without them the device, which
    /// counts on as well, would be at another example.
    /// </summary>
    internal void WholeStep(Action<StepGraph> replay)
    {
        var rows = LargestBatch;
        while (train.Count - image < rows)
            Step();
        train.Prepare(epoch, image, rows);
        replay(fullStep ??= StepGraph.Record(Accelerator, () => LaunchStep(rows)));
        Advance(rows);
    }

    private void Advance(int rows)
    {
        imagesHere += rows;
        step++;
        image += rows;
        if (image == train.Count)
            (epoch, image) = (epoch + 1, 0);
    }

    /// <summary>The launches of a step: the same at every step of as many rows.</summary>
    private void LaunchStep(int rows)
    {
        var step = new StepContext(train.Control, rows);
        train.Gather(vae, batch.View, rows);
        vae.Forward(batch.View, step);
        vae.Backward(batch.View, step);
        vae.Parameters.Update(launcher, train.Control, settings);
        train.EndStep(vae, step);
    }

    /// <summary>The means over the images held out; null where stopped. Its noise is the same after every epoch.</summary>
    private LossTerms? Evaluate(CancellationToken stop)
    {
        test.Reset(Counters(1, 0, 0), null);
        for (int first = 0, rows; first < test.Count; first += rows)
        {
            if (stop.IsCancellationRequested)
                return null;
            rows = Math.Min(vae.MaximalBatch, test.Count - first);
            test.Prepare(epoch: 0, first, rows);
            test.Gather(vae, batch.View, rows);
            var step = new StepContext(test.Control, rows, RandomPurpose.Evaluation);
            vae.Forward(batch.View, step);
            vae.EvaluateLoss(batch.View, rows);
            test.EndStep(vae, step);
        }
        return ReadMeans(test);
    }

    private LossTerms ReadMeans(ImagePass pass)
    {
        var sums = pass.ReadSums();
        if (sums.FirstNonFiniteStep != 0)
            throw Diverged(pass == train ? sums.FirstNonFiniteStep : step);
        reading.Read();
        return new LossTerms(
            ((double)sums.NegativeLogLikelihood + sums.NegativeLogLikelihoodLost) / sums.Rows,
            ((double)sums.Divergence + sums.DivergenceLost) / sums.Rows);
    }

    /// <summary>
    /// What is minimized, its terms with their full factors; null where that is the loss itself, or a part of the epoch ran in an earlier
    /// version, which did not add it up.
    /// </summary>
    private double? Minimized(ImagePass pass, LossTerms terms)
    {
        var objective = Configuration.Training.Objective;
        if (pass.ReadBound() is { } sums)
        {
            return sums.Rows == pass.ReadSums().Rows
                ? ((double)sums.NegativeLogLikelihood + sums.NegativeLogLikelihoodLost) / sums.Rows
                : null;
        }
        return objective.IsLoss ? null : objective.RecWeight * terms.Reconstruction + objective.KlWeight * terms.Kl;
    }

    private TrainingProgress Progress(LossTerms terms)
    {
        var epochs = Configuration.Training.Epochs;
        var all = (double)epochs * train.Count;
        var done = (double)epoch * train.Count + image;
        var pace = imagesHere / clock.Elapsed.TotalSeconds;
        var remaining = pace > 0 ? TimeSpan.FromSeconds((all - done) / pace) : TimeSpan.Zero;
        return new TrainingProgress(Math.Min(epoch + 1, epochs), epochs, done / all, terms, pace, remaining, ChangingRate())
        {
            Step = Steps, Examples = Examples, Seconds = earlierSeconds + clock.Elapsed.TotalSeconds,
        };
    }

    private double? ChangingRate() =>
        Configuration.Training.Optimizer.HasConstantRate ? null : Counters(step - 1, epoch, image).LearningRate;

    private ControlBlock Counters(int step, int epoch, int image) => StepCounters.At(
        Configuration.Training, stepsPerEpoch: (train.Count + vae.MaximalBatch - 1) / vae.MaximalBatch, step, epoch, image);

    /// <summary>What a checkpoint of where training stands holds apart from the large arrays.</summary>
    private CheckpointHeader Header()
    {
        if (train.ReadSums().FirstNonFiniteStep is not 0 and var wrong)
            throw Diverged(wrong);
        return new CheckpointHeader
        {
            Configuration = Configuration,
            Position = new TrainingPosition
            {
                Step = step,
                Epoch = epoch,
                Image = image,
                Seconds = earlierSeconds + clock.Elapsed.TotalSeconds,
                Sums = train.ReadEpochSums(),
            },
            History = [.. history],
        };
    }

    private void ThrowIfOther(CheckpointHeader header, int parameters)
    {
        ResumeRules.Check(header, Configuration);
        if (parameters != vae.Parameters.Layout.Length)
            throw new RunException($"The checkpoint holds {parameters} parameters where the model has {vae.Parameters.Layout.Length}.");
    }

    private void GoTo(CheckpointHeader header)
    {
        var position = header.Position;
        (step, epoch, image, earlierSeconds) = (position.Step, position.Epoch, position.Image, position.Seconds);
        history.Clear();
        history.AddRange(header.History);
        train.Reset(Counters(step, epoch, image), position.Sums);
    }

    private void ThrowIfNotFinite(ReadOnlySpan<float> parameters)
    {
        foreach (var parameter in parameters)
        {
            if (!float.IsFinite(parameter))
                throw Diverged(step);
        }
    }

    private static Vae Model(Accelerator accelerator, VaeShape shape, int rows)
    {
        try
        {
            return new Vae(accelerator, shape, rows);
        }
        catch (OverflowException e)
        {
            throw new RunException("The model would have over 2³¹ parameters; give it fewer hidden layers, or fewer units in them.", e);
        }
    }

    private TrainingDivergedException Diverged(int atStep) => new(FormattableString.Invariant(
        $"The loss became infinite or not a number at step {atStep} (epoch {history.Count + 1}); ")
        + FormattableString.Invariant($"try a learning rate below {Configuration.Training.LearningRate}, or a larger batch."));
}
