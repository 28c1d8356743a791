using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Files;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>Checkpoints that go between a file and the device's memory without a copy of the model on the host.</summary>
public sealed class CheckpointStreamTests
{
    private static Lazy<Checkpoint> Trained { get; } = new(() => TinyRun.Train(TinyRun.Configuration(epochs: 1, hidden: 100)));

    [EveryDevice]
    public void A_save_writes_what_a_snapshot_holds_and_is_restored_to_the_same_bits(TestDevice device) => device.Run(accelerator =>
    {
        using var folder = new ScratchFolder();
        // Of more numbers than are read at a time, and not of whole times.
        var configuration = TinyRun.Configuration(epochs: 1, hidden: 100);
        using var trainer = new Trainer(accelerator, configuration, TinyRun.Data);
        trainer.Restore(Trained.Value);
        trainer.Save(folder["saved.vae"]);
        using var resumed = new Trainer(accelerator, configuration, TinyRun.Data);
        resumed.Restore(folder["saved.vae"]);
        Assert.Multiple(() =>
        {
            TrainerTests.Same(CheckpointFile.Read(folder["saved.vae"]), Trained.Value);
            TrainerTests.Same(resumed.Snapshot(), Trained.Value);
        });
        return true;
    });

    [Test]
    public void Parameters_and_header_are_read_alone()
    {
        using var folder = new ScratchFolder();
        CheckpointFile.Write(folder["checkpoint.vae"], Trained.Value);
        var (header, parameters) = CheckpointFile.ReadParameters(folder["checkpoint.vae"]);
        Assert.Multiple(() =>
        {
            Assert.That(parameters, Is.EqualTo(Trained.Value.Parameters));
            Assert.That(header.Position, Is.EqualTo(Trained.Value.Header.Position));
            Assert.That(CheckpointFile.ReadHeader(folder["checkpoint.vae"]).Position, Is.EqualTo(Trained.Value.Header.Position));
        });
    }

    [Test]
    public void What_a_save_or_a_restore_allocates_does_not_grow_with_the_model()
    {
        var (small, large) = (Allocated(hidden: 100), Allocated(hidden: 2000));
        Assert.Multiple(() =>
        {
            // The larger model has 3 MB of parameters where the smaller has 0.2 MB; either has a buffer of 256 KB to read through.
            Assert.That(large.Save, Is.LessThan(small.Save + 20_000));
            Assert.That(large.Restore, Is.LessThan(small.Restore + 20_000));
        });
    }

    [Test]
    public void A_parameter_that_is_not_finite_leaves_the_older_checkpoint_whole()
    {
        using var folder = new ScratchFolder();
        var path = folder["checkpoint.vae"];
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 1, hidden: 100), TinyRun.Data);
        trainer.Save(path);
        var before = File.ReadAllBytes(path);
        var broken = trainer.Snapshot();
        // The last one: all before it is in the file already.
        broken.Parameters[^1] = float.NaN;
        trainer.Restore(broken);
        Assert.That(() => trainer.Save(path), Throws.TypeOf<TrainingDivergedException>());
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_checkpoint_of_another_model_is_refused_by_name_though_it_has_another_size()
    {
        using var folder = new ScratchFolder();
        CheckpointFile.Write(folder["other.vae"], TinyRun.Train(TinyRun.Configuration(epochs: 1, hidden: 10)));
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 1), TinyRun.Data);
        Assert.That(() => trainer.Restore(folder["other.vae"]), Throws.TypeOf<RunException>().With.Message.Contains("a different model"));
    }

    [Test]
    public void The_time_of_a_save_counts()
    {
        using var folder = new ScratchFolder();
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 1), TinyRun.Data);
        TinyRun.Finish(trainer);
        trainer.Save(folder["first.vae"]);
        var (before, pace) = (trainer.Snapshot().Header.Position.Seconds, trainer.EpochProgress().ImagesPerSecond);
        Assert.That(before, Is.GreaterThan(CheckpointFile.ReadHeader(folder["first.vae"]).Position.Seconds));
        trainer.Save(folder["second.vae"]);
        Assert.That(trainer.EpochProgress().ImagesPerSecond, Is.LessThan(pace));
    }

    [Test]
    public void A_large_file_is_flushed_on_the_way_and_every_byte_is_in_its_place()
    {
        using var folder = new ScratchFolder();
        var piece = new byte[(1 << 20) + 1];
        AtomicFile.Write(folder["large"], stream =>
        {
            for (var i = 0; i < 70; i++)
            {
                piece.AsSpan().Fill((byte)i);
                stream.Write(piece);
                stream.WriteByte(255);
            }
        });
        using var file = File.OpenRead(folder["large"]);
        Assert.That(file.Length, Is.EqualTo(70 * (piece.Length + 1)));
        var read = new byte[piece.Length];
        for (var i = 0; i < 70; i++)
        {
            file.ReadExactly(read);
            Assert.That(read.AsSpan().IndexOfAnyExcept((byte)i), Is.EqualTo(-1), $"piece {i}");
            Assert.That(file.ReadByte(), Is.EqualTo(255));
        }
    }

    /// <summary>Bytes that the second save and the second restore of a trainer allocate: what is needed once is there by then.</summary>
    private static (long Save, long Restore) Allocated(int hidden)
    {
        using var folder = new ScratchFolder();
        var path = folder["checkpoint.vae"];
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(hidden: hidden), TinyRun.Data);
        trainer.Save(path);
        trainer.Restore(path);
        return (Of(() => trainer.Save(path)), Of(() => trainer.Restore(path)));

        static long Of(Action action)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
