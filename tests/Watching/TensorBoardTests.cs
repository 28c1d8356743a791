using System.Globalization;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Watching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TensorBoardTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    private string Run => folder["run"];

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_run_leaves_losses_and_pictures_and_one_that_continues_adds_a_file()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "2", "--tensorboard")).ExitCode, Is.Zero);
        Assert.That(
            Call.Of("train", "--resume", "--out", Run, "--epochs", "3", "--tensorboard", "--device", "cpu").ExitCode, Is.Zero);
        string[] files = EventReader.FilesIn(Run);
        IReadOnlyList<ReadEvent> first = EventReader.Read(files[0]), second = EventReader.Read(files[1]);
        string[] loss = Column("test_loss");
        Assert.Multiple(() =>
        {
            Assert.That(files, Has.Length.EqualTo(2));
            Assert.That(Numbers(first, "epoch_test/loss").Concat(Numbers(second, "epoch_test/loss")).Select(number => $"{number:F3}"),
                Is.EqualTo(loss.Select(text => $"{float.Parse(text, CultureInfo.InvariantCulture):F3}")));
            Assert.That(second.Single(one => one.IsRestart).Step, Is.EqualTo(first[^1].Step));
            foreach (string tag in (string[])["samples", "reconstructions"])
            {
                var pictures = first.SelectMany(one => one.Values).Where(value => value.Tag == tag)
                    .Select(value => value.Picture!.Value).ToArray();
                Assert.That(pictures, Has.Length.EqualTo(2));
                RasterImage decoded = PictureFile.Read($"{tag}.png", pictures[1].Png);
                Assert.That((decoded.Width, decoded.Height), Is.EqualTo((pictures[1].Width, pictures[1].Height)));
            }
        });
    }

    [Test]
    public void A_run_that_is_replaced_leaves_no_events_behind()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1", "--tensorboard")).ExitCode, Is.Zero);
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1", "--overwrite")).ExitCode, Is.Zero);
        Assert.That(EventReader.FilesIn(Run), Is.Empty);
        string[] lines = File.ReadAllLines(Path.Combine(Run, "metrics.jsonl"));
        Assert.That(lines.Count(line => line.StartsWith("{\"kind\":\"epoch\"", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    private string[] Column(string name)
    {
        string[][] rows = [.. File.ReadAllLines(Path.Combine(Run, "metrics.csv")).Select(line => line.Split(','))];
        int column = Array.IndexOf(rows[0], name);
        return [.. rows[1..].Select(row => row[column])];
    }

    private static IEnumerable<float> Numbers(IEnumerable<ReadEvent> events, string tag) =>
        events.SelectMany(one => one.Values).Where(value => value.Tag == tag).Select(value => value.Number!.Value);
}
