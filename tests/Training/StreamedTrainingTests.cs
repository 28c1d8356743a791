using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Step;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>Examples that a device gets a batch at a time.</summary>
public sealed class StreamedTrainingTests
{
    private static readonly DataSplit squares = new("squares", Square(27, 3), Square(11, 4));

    [EveryDevice]
    public void Streamed_training_is_that_of_examples_on_the_device_bit_for_bit(TestDevice device) => device.Run(accelerator =>
    {
        foreach (var (binarization, classes) in new[] { (Binarization.Dynamic, 3), (Binarization.None, 0) })
        {
            var configuration = Configuration(binarization, classes);
            using var resident = new Trainer(accelerator, configuration, squares);
            using var streamed = new Trainer(accelerator, configuration, OnDisk(squares));
            TinyRun.Finish(resident);
            TinyRun.Finish(streamed);
            AssertSame(streamed.Snapshot(), resident.Snapshot());
        }
        return true;
    });

    [Test]
    public void A_resumed_streamed_run_is_the_unbroken_one()
    {
        var configuration = Configuration(Binarization.Dynamic, classes: 3);
        using var backend = Backend.Open("cpu", 1);
        using var unbroken = new Trainer(backend.Accelerator, configuration, squares);
        TinyRun.Finish(unbroken);
        using var first = new Trainer(backend.Accelerator, configuration, OnDisk(squares));
        using var stop = new CancellationTokenSource();
        first.TrainEpoch(new TinyRun.Observer(_ => stop.Cancel()), stop.Token);
        using var second = new Trainer(backend.Accelerator, configuration, OnDisk(squares));
        second.Restore(first.Snapshot());
        TinyRun.Finish(second);
        AssertSame(second.Snapshot(), unbroken.Snapshot());
    }

    [Test]
    public void Steps_that_are_profiled_take_the_batches_of_training()
    {
        var configuration = Configuration(Binarization.None, classes: 0);
        using var backend = Backend.Open("cpu", 1);
        using var resident = new Trainer(backend.Accelerator, configuration, squares);
        using var streamed = new Trainer(backend.Accelerator, configuration, OnDisk(squares));
        for (var step = 0; step < 5; step++)
        {
            foreach (var trainer in (Trainer[])[resident, streamed])
                trainer.WholeStep(graph => graph.Replay());
        }
        Assert.That(streamed.TrainingMeans(), Is.EqualTo(resident.TrainingMeans()));
    }

    [Test]
    public void Tables_and_text_are_streamed_alike()
    {
        var values = new float[40];
        for (var i = 0; i < values.Length; i++)
            values[i] = MathF.Sin(i);
        AssertStreamed(new TableSet(values, null, columns: 4));
        AssertStreamed(new TextSet([.. values.Select((_, i) => (byte)(i * 7 % 3))], null, " ab", 4));
    }

    [Test]
    public void A_failure_to_read_reaches_the_training()
    {
        using var loader = new BatchLoader(
            new DiskImageSet(new Unreadable(), new ImageFormat(4, 1), null), new BatchOrder(1, HalfBits: 0, MaximalRows: 4));
        Assert.That(
            () => loader.Take(new(0, 0, 4), _ => { }), Throws.TypeOf<DataException>().With.Message.EqualTo("The disk is gone."));
    }

    [Test]
    public void A_batch_with_too_many_bytes_is_refused_with_advice()
    {
        var examples = new DiskImageSet(new Unreadable(), new ImageFormat(4, 1), null);
        Assert.That(
            () => new BatchLoader(examples, new BatchOrder(1, HalfBits: 0, MaximalRows: int.MaxValue)),
            Throws.TypeOf<RunException>().With.Message.Contains("2.1 GB: give a smaller --batch, or share it between more processes"));
    }

    private static void AssertStreamed(ExampleSet examples)
    {
        int size = examples.Format.Size * examples.NumberBytes, batch = 3;
        var order = new BatchOrder(5, Shuffle.HalfBits(examples.Count), batch);
        using var loader = new BatchLoader(examples, order);
        // The second epoch after the first, and the first again, as after a restart.
        foreach (int epoch in (int[])[0, 1, 0])
        {
            var seen = new List<byte[]>();
            for (int first = 0, rows; first < examples.Count; first += rows)
            {
                rows = Math.Min(batch, examples.Count - first);
                loader.Take(new(epoch, first, rows), bytes => seen.AddRange(bytes.ToArray().Chunk(size)));
            }
            for (var i = 0; i < examples.Count; i++)
            {
                var expected = new byte[size];
                examples.ReadStored(Shuffle.Permute(i, examples.Count, order.HalfBits, 5, epoch), expected);
                Assert.That(seen[i], Is.EqualTo(expected));
            }
        }
    }

    private static void AssertSame(Checkpoint streamed, Checkpoint resident)
    {
        Assert.That(TinyRun.Losses(streamed), Is.EqualTo(TinyRun.Losses(resident)));
        Assert.That(streamed.Parameters, Is.EqualTo(resident.Parameters));
        Assert.That(streamed.SecondMoments, Is.EqualTo(resident.SecondMoments));
    }

    private static DataSplit OnDisk(DataSplit data) => data with { Train = OnDisk(data.Train), Test = OnDisk(data.Test) };

    private static DiskImageSet OnDisk(ExampleSet images)
    {
        var rows = new MemoryRows(images.Count, images.Format.Size);
        rows.Write(0, ((ImageSet)images).Pixels);
        return new DiskImageSet(rows, (ImageFormat)images.Format, images.Labels);
    }

    private static ImageSet Square(int count, int seed)
    {
        var (pixels, labels) = (new byte[count * 20], new byte[count]);
        new Random(seed).NextBytes(pixels);
        for (var i = 0; i < count; i++)
            labels[i] = (byte)(i % 3);
        return new ImageSet(pixels, labels, 5, 4);
    }

    private static RunConfiguration Configuration(Binarization binarization, int classes) => new()
    {
        Model = new ModelConfiguration { Width = 5, Height = 4, Hidden = [6], Latent = 2, Classes = classes },
        Training = new TrainingConfiguration { Batch = 8, Epochs = 2, LearningRate = 3e-3, Seed = 7 },
        Data = DataConfiguration.Of(null, squares, binarization),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };

    private sealed class Unreadable() : ByteRows(count: 8, rowBytes: 4)
    {
        public override void Read(int first, Span<byte> rows) => throw new DataException("The disk is gone.");

        public override void Write(int first, ReadOnlySpan<byte> rows)
        {
        }
    }
}
