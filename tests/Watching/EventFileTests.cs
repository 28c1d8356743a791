using System.Text;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Tests.Watching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EventFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void Checksums_are_those_of_the_standard()
    {
        // The check value of CRC-32C is 0xE3069283.
        uint masked = unchecked((0xE3069283u >> 15 | 0xE3069283u << 17) + 0xA282EAD8u);
        byte[] digits = Encoding.ASCII.GetBytes("123456789");
        Assert.That((EventFile.Checksum(digits), EventReader.Masked(digits)), Is.EqualTo((masked, masked)));
    }

    [Test]
    public void Numbers_and_pictures_are_read_as_they_were_written()
    {
        byte[] png = [1, 2, 3];
        using (var file = new EventFile(folder.Path, 0, new ManualTime()))
        {
            file.Scalars(7, ("train/loss", 1.5), ("train/kl", double.NaN));
            file.Image(1L << 40, "samples", new EncodedPicture(png, 4, 5, 3));
        }
        IReadOnlyList<ReadEvent> events = EventReader.Read(EventReader.FilesIn(folder.Path).Single());
        Assert.Multiple(() =>
        {
            Assert.That(events.Select(one => one.Time).Distinct(), Is.EqualTo(new[] { 1769903998.0 }));
            Assert.That((events[0].Version, events[0].Step), Is.EqualTo(("brain.Event:2", 0L)));
            Assert.That(events[1].Step, Is.EqualTo(7));
            Assert.That(events[1].Values.Select(value => (value.Tag, value.Number)),
                Is.EqualTo(new[] { ("train/loss", (float?)1.5f), ("train/kl", float.NaN) }));
            Assert.That((events[2].Step, events[2].Values.Single().Tag), Is.EqualTo((1L << 40, "samples")));
            Assert.That(events[2].Values.Single().Picture!.Value, Is.EqualTo((4, 5, 3, png)).Using<(int, int, int, byte[])>(
                (a, b) => (a.Item1, a.Item2, a.Item3) == (b.Item1, b.Item2, b.Item3) && a.Item4.AsSpan().SequenceEqual(b.Item4)));
        });
    }

    [Test]
    public void Two_files_that_are_begun_in_one_second_have_names_of_their_own()
    {
        var time = new ManualTime();
        using var first = new EventFile(folder.Path, 0, time);
        using var second = new EventFile(folder.Path, 9, time);
        string[] files = EventReader.FilesIn(folder.Path);
        Assert.That(files, Has.Length.EqualTo(2));
        Assert.That(EventReader.Read(files[0]).Any(one => one.IsRestart), Is.False);
        Assert.That(EventReader.Read(files[1]).Single(one => one.IsRestart).Step, Is.EqualTo(9));
    }

    [Test]
    public void An_epochs_end_that_is_told_twice_is_written_once()
    {
        var terms = new LossTerms(3, 4);
        var progress = new TrainingProgress(1, 2, 0.5, terms, 100, TimeSpan.Zero, 0.001) { Step = 12 };
        using (var file = new EventFile(folder.Path, 0))
        {
            var log = new TensorBoardLog(file, () => [("samples", new EncodedPicture([9], 1, 1, 1))]);
            log.Progressed(progress);
            log.Progressed(progress);
            log.EpochEnded(new EpochMetrics(1, 2, terms, terms));
        }
        IReadOnlyList<ReadEvent> events = EventReader.Read(EventReader.FilesIn(folder.Path).Single());
        Assert.That(events.Skip(1).SelectMany(one => one.Values).Select(value => value.Tag), Is.EqualTo(new[]
        {
            "train/loss", "train/reconstruction", "train/kl", "examples_per_second", "learning_rate",
            "epoch_train/loss", "epoch_train/reconstruction", "epoch_train/kl",
            "epoch_test/loss", "epoch_test/reconstruction", "epoch_test/kl", "samples",
        }));
        Assert.That(events.Skip(1).Select(one => one.Step), Is.All.EqualTo(12));
    }
}
