using System.Diagnostics.Metrics;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Watching;

/// <summary>
/// A run's progress as instruments of <see cref="System.Diagnostics.Metrics"/>, which OpenTelemetry's exporters and
/// <c>dotnet-counters monitor --counters VaeGpu.Training</c> read.
/// </summary>
/// <remarks>
/// <c>vaegpu.training.steps</c> and <c>vaegpu.training.examples</c> count on; <c>vaegpu.training.rate</c> is in examples a second;
/// <c>vaegpu.training.epoch</c> is the epoch under way; <c>vaegpu.training.loss</c>, <c>.reconstruction</c> and <c>.kl</c> are in nats per
/// example, with the tag <c>part</c> = <c>train</c> or <c>test</c>; <c>vaegpu.device.memory</c> are the bytes that are allocated on the
/// device, which ILGPU's own accelerators do not tell.
/// </remarks>
public sealed class TrainingMeter : ITrainingObserver, IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "VaeGpu.Training";

    private static readonly KeyValuePair<string, object?> Train = new("part", "train"), Test = new("part", "test");
    private readonly Meter meter = new(Name);
    private readonly Counter<long> steps, examples;
    private readonly Gauge<double> rate, loss, reconstruction, kl;
    private readonly Gauge<int> epoch;
    private long step, example;

    /// <param name="accelerator">The device that trains.</param>
    /// <param name="step">The steps made before: they are not counted.</param>
    /// <param name="example">The examples trained on before.</param>
    public TrainingMeter(Accelerator accelerator, long step = 0, long example = 0)
    {
        (this.step, this.example) = (step, example);
        steps = meter.CreateCounter<long>("vaegpu.training.steps", "{step}", "Training steps made");
        examples = meter.CreateCounter<long>("vaegpu.training.examples", "{example}", "Examples trained on");
        rate = meter.CreateGauge<double>("vaegpu.training.rate", "{example}/s", "Examples trained on in a second");
        epoch = meter.CreateGauge<int>("vaegpu.training.epoch", "{epoch}", "The epoch under way");
        loss = meter.CreateGauge<double>("vaegpu.training.loss", "nat", "The mean loss of an example");
        reconstruction = meter.CreateGauge<double>("vaegpu.training.reconstruction", "nat", "The loss's reconstruction term");
        kl = meter.CreateGauge<double>("vaegpu.training.kl", "nat", "The loss's divergence from the prior");
        if (accelerator is EngineAccelerator engine)
            meter.CreateObservableGauge("vaegpu.device.memory", () => engine.AllocatedBytes, "By", "Bytes allocated on the device");
    }

    /// <inheritdoc/>
    public void Progressed(TrainingProgress progress)
    {
        steps.Add(progress.Step - step);
        examples.Add(progress.Examples - example);
        (step, example) = (progress.Step, progress.Examples);
        rate.Record(progress.ImagesPerSecond);
        epoch.Record(progress.Epoch);
        Record(progress.Terms, Train);
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics metrics) => Record(metrics.Test, Test);

    /// <summary>Ends the instruments.</summary>
    public void Dispose() => meter.Dispose();

    private void Record(LossTerms terms, KeyValuePair<string, object?> part)
    {
        loss.Record(terms.Loss, part);
        reconstruction.Record(terms.Reconstruction, part);
        kl.Record(terms.Kl, part);
    }
}
