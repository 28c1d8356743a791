using System.Diagnostics;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Optimization;

/// <summary>Trains a variational autoencoder.</summary>
/// <remarks>
/// Minimizes the mean over a batch of what <see cref="ObjectiveConfiguration"/> says, in nats. What is computed follows from the
/// configuration alone: not from the device, its threads, the number of processes, stops in between or how often progress is told.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly TrainingStep model;
    private readonly ImagePass train;
    private readonly ImagePass test;
    private readonly CheckpointArrays arrays;
    private readonly ICommunicator? communicator;
    private readonly RankTimes? times;
    private readonly int batchRows;
    private readonly List<EpochMetrics> history = [];
    private readonly Stopwatch clock = new();
    private readonly ReadingPace reading = new();
    private StepGraph? fullStep;
    private double earlierSeconds;
    private long imagesHere;
    private bool isAgreed;
    private bool agreedToStop;
    private int step = 1;
    private int epoch;
    private int image;

    /// <summary>
    /// Builds the model and brings the examples to the device. It starts at <paramref name="parameters"/>, or at those that the seed gives.
    /// With a <paramref name="communicator"/> of several processes, each computes some of the shards of a batch; all of them make the same
    /// calls.
    /// </summary>
    /// <exception cref="RunException">
    /// Batch or model are too large for the images' size, or the processes cannot share the shards of a batch.
    /// </exception>
    /// <exception cref="RanksDifferException">The processes differ in version, configuration or data.</exception>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public Trainer(
        Accelerator accelerator, RunConfiguration configuration, DataSplit data, float[]? parameters = null,
        ICommunicator? communicator = null)
    {
        (Accelerator, Configuration) = (accelerator, configuration);
        this.communicator = communicator is { Size: > 1 } ? communicator : null;
        times = this.communicator is null ? null : new RankTimes(this.communicator);
        var (training, objective) = (configuration.Training, configuration.Training.Objective);
        var plan = ShardPlan.Of(training.Shards, this.communicator);
        if (this.communicator is not null)
            Agreement.OfRun(configuration).Check(this.communicator);
        batchRows = Math.Min(training.Batch, Math.Max(data.Train.Count, data.Test.Count));
        var launcher = new StepLauncher(accelerator, training.Optimizer.Name, training.Optimizer.Schedule);
        model = new TrainingStep(accelerator, configuration.Model, training, launcher, plan, batchRows, this.communicator);
        arrays = new CheckpointArrays(accelerator, model.Vae.Parameters, configuration, () => Diverged(step));
        if (parameters is null)
            model.Vae.Parameters.Initialize(launcher, training.Seed);
        else
            model.Vae.Parameters.Parameters.CopyFromCPU(parameters);
        var shuffled = new BatchOrder(training.Seed, Shuffle.HalfBits(data.Train.Count), batchRows) { Plan = plan };
        int classes = configuration.Model.Classes;
        train = new ImagePass(
            accelerator, launcher, data.Train, shuffled, classes, objective, configuration.Data.Binarization is Binarization.Dynamic);
        test = new ImagePass(accelerator, launcher, data.Test, shuffled with { HalfBits = 0 }, classes, objective);
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

    /// <summary>The processes that kept the others waiting in the last epoch, in a sentence; null where there are none.</summary>
    public string? SlowRanks { get; private set; }

    /// <summary>Parameters of the model, padding between tensors left out.</summary>
    public int ParameterCount => model.Vae.Parameters.Layout.Slices.Sum(slice => slice.Length);

    /// <summary>
    /// Whether steps of a whole batch are recorded once and replayed, where no other process takes part. All that changes from step to step
    /// is in device memory, so that it makes no difference to what is computed.
    /// </summary>
    internal bool ReplaysSteps { get; init; } = true;

    /// <summary>
    /// Goes on to the end of the epoch under way and evaluates there. <paramref name="stop"/> is looked at between steps; then, and
    /// where training <see cref="IsDone"/>, the result is null. Progress goes to <paramref name="observer"/>, of several processes to
    /// that of the first. They stop together, after a step.
    /// </summary>
    /// <exception cref="TrainingDivergedException">The loss is infinite or not a number.</exception>
    /// <exception cref="RanksDifferException">The processes start at different steps or parameters.</exception>
    public EpochMetrics? TrainEpoch(ITrainingObserver observer, CancellationToken stop)
    {
        // First: a rank that has nothing left to do would leave the others waiting.
        AgreeOnStart();
        if (IsDone)
            return null;
        agreedToStop = false;
        clock.Start();
        times?.Begin();
        try
        {
            // Where a stop fell into an evaluation, the epoch's steps are all done.
            while (epoch == history.Count)
            {
                if (Stops(stop))
                    return null;
                Step(stop);
                if (communicator is not { Rank: > 0 } && reading.Step())
                    observer.Progressed(Progress(ReadMeans(train)));
            }
            var trained = ReadMeans(train);
            if (Evaluate(stop) is not { } held)
                return null;
            SlowRanks = times?.End();
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
    public Checkpoint Snapshot() => arrays.Snapshot(Header());

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
            arrays.Save(path, Header());
        }
        finally
        {
            clock.Stop();
        }
    }

    /// <summary>Goes back, or on, to where <paramref name="checkpoint"/> was taken.</summary>
    /// <exception cref="RunException">The checkpoint is of another model, other settings or other images.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        arrays.Restore(checkpoint);
        GoTo(checkpoint.Header);
    }

    /// <summary>
    /// Goes to where the checkpoint in the file at <paramref name="path"/> was taken. It is read straight into the device's memory.
    /// </summary>
    /// <exception cref="RunException">
    /// There is no such file, it is damaged, or of another model, other settings or other images. The trainer must not be used afterwards.
    /// </exception>
    public void Restore(string path) => GoTo(arrays.Restore(path));

    /// <summary>The model as it is now, to make data with; it has a copy of the parameters in the device's memory.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public Generation Generation() => new(Accelerator, Configuration.Model, model.Vae.Parameters.Parameters);

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        fullStep?.Dispose();
        train.Dispose();
        test.Dispose();
        model.Dispose();
    }

    /// <summary>The means over the images trained on since the epoch began that was the last one to be evaluated.</summary>
    /// <exception cref="TrainingDivergedException">The loss is infinite or not a number.</exception>
    internal LossTerms TrainingMeans() => ReadMeans(train);

    /// <summary>Where the run stands at the end of an epoch.</summary>
    internal TrainingProgress EpochProgress() => Progress(history[^1].Train);

    private void Step(CancellationToken stop = default)
    {
        var rows = Math.Min(batchRows, train.Count - image);
        train.Prepare(epoch, image, rows);
        if (ReplaysSteps && communicator is null && rows == batchRows)
            (fullStep ??= Record(rows)).Replay();
        else
            agreedToStop = model.Train(train, rows, stop.IsCancellationRequested);
        Advance(rows);
    }

    private StepGraph Record(int rows) => StepGraph.Record(Accelerator, () => model.Train(train, rows, stop: false));

    /// <summary>Whether to stop: of several processes, whether they agreed to in their last step.</summary>
    private bool Stops(CancellationToken stop) => communicator is null ? stop.IsCancellationRequested : agreedToStop;

    /// <summary>Rows of the largest batch that is trained on.</summary>
    internal int LargestBatch => Math.Min(batchRows, train.Count);

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
        replay(fullStep ??= Record(rows));
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

    /// <summary>The means over the images held out; null where stopped. Its noise is the same after every epoch.</summary>
    private LossTerms? Evaluate(CancellationToken stop)
    {
        test.Reset(Counters(1, 0, 0), null);
        for (int first = 0, rows; first < test.Count; first += rows)
        {
            if (Stops(stop))
                return null;
            rows = Math.Min(batchRows, test.Count - first);
            test.Prepare(epoch: 0, first, rows);
            agreedToStop = model.Evaluate(test, rows, stop.IsCancellationRequested);
        }
        return ReadMeans(test);
    }

    /// <summary>Processes that start from different checkpoints would not notice.</summary>
    private void AgreeOnStart()
    {
        if (communicator is null || isAgreed)
            return;
        new Agreement().Add("the step", FormattableString.Invariant($"{step}")).Add("the hash of the parameters", arrays.Hash())
            .Check(communicator);
        isAgreed = true;
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
        Configuration.Training, stepsPerEpoch: (train.Count + batchRows - 1) / batchRows, step, epoch, image);

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

    private void GoTo(CheckpointHeader header)
    {
        var position = header.Position;
        (step, epoch, image, earlierSeconds) = (position.Step, position.Epoch, position.Image, position.Seconds);
        history.Clear();
        history.AddRange(header.History);
        train.Reset(Counters(step, epoch, image), position.Sums);
    }

    private TrainingDivergedException Diverged(int atStep) => new(FormattableString.Invariant(
        $"The loss became infinite or not a number at step {atStep} (epoch {history.Count + 1}); ")
        + FormattableString.Invariant($"try a learning rate below {Configuration.Training.LearningRate}, or a larger batch."));
}
