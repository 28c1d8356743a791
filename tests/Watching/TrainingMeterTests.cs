using System.Diagnostics.Metrics;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Tests.Watching;

[NonParallelizable]
public sealed class TrainingMeterTests
{
    [Test]
    public void A_training_is_measured_by_instruments_that_any_exporter_reads()
    {
        using var folder = new ScratchFolder();
        using var backend = Backend.Open("cpu");
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(), TinyRun.Data);
        var counted = new Dictionary<string, double>();
        var last = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TrainingMeter.Name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        void Measured<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
            where T : struct, IConvertible
        {
            string name = instrument.Name + (tags.Length > 0 ? $" {tags[0].Value}" : "");
            double number = value.ToDouble(null);
            last[name] = number;
            counted[name] = counted.GetValueOrDefault(name) + number;
        }
        listener.SetMeasurementEventCallback<long>(Measured);
        listener.SetMeasurementEventCallback<int>(Measured);
        listener.SetMeasurementEventCallback<double>(Measured);
        listener.Start();
        using (var run = RunFolder.Create(folder["run"], overwrite: false))
            TrainingRun.Execute(trainer, run, new TinyRun.Observer(_ => listener.RecordObservableInstruments()), default);
        EpochMetrics end = trainer.History[^1];
        Assert.Multiple(() =>
        {
            Assert.That(counted["vaegpu.training.steps"], Is.EqualTo(trainer.Steps).And.GreaterThan(0));
            Assert.That(counted["vaegpu.training.examples"], Is.EqualTo(trainer.Configuration.Training.Epochs * TinyRun.Images));
            Assert.That(last["vaegpu.training.loss train"], Is.EqualTo(end.Train.Loss));
            Assert.That(last["vaegpu.training.loss test"], Is.EqualTo(end.Test.Loss));
            Assert.That(last["vaegpu.training.kl test"], Is.EqualTo(end.Test.Kl));
            Assert.That(last["vaegpu.training.reconstruction test"], Is.EqualTo(end.Test.Reconstruction));
            Assert.That(last["vaegpu.training.epoch"], Is.EqualTo(trainer.History.Count));
            Assert.That(last["vaegpu.training.rate"], Is.Positive);
            Assert.That(last["vaegpu.device.memory"], Is.GreaterThan(3 * sizeof(float) * trainer.ParameterCount));
        });
    }
}
