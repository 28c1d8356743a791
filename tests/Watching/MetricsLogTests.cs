using System.Text.Json;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Tests.Watching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MetricsLogTests : IDisposable
{
    private static readonly LossTerms Terms = new(3.25, 0.5);
    private readonly ScratchFolder folder = new();
    private readonly ManualTime time = new();

    private string File => folder["metrics.jsonl"];

    public void Dispose() => folder.Dispose();

    [Test]
    public void Within_an_epoch_there_is_a_line_a_second_and_one_at_its_end()
    {
        using var comma = new CommaCulture();
        using (var log = MetricsLog.Open(File, 0, time))
        {
            for (int step = 1; step <= 10; step++)
            {
                time.Pass(0.25);
                log.Progressed(new(1, 3, 0.125, Terms, 1234.5, TimeSpan.Zero, step == 8 ? 0.5 : null)
                {
                    Step = step, Seconds = step / 4.0,
                });
            }
            log.EpochEnded(new EpochMetrics(1, 2.5, Terms, new(4, 1)) { TrainObjective = 7, TestObjective = 8 });
        }
        string[] expected =
        [
            "{'kind':'progress','time':'2026-01-31T23:59:59Z','step':4,'seconds':1,'epoch':1,'done':0.125,'train_loss':3.75,"
                + "'train_rec':3.25,'train_kl':0.5,'examples_per_second':1234.5}",
            "{'kind':'progress','time':'2026-02-01T00:00:00Z','step':8,'seconds':2,'epoch':1,'done':0.125,'train_loss':3.75,"
                + "'train_rec':3.25,'train_kl':0.5,'examples_per_second':1234.5,'learning_rate':0.5}",
            "{'kind':'epoch','time':'2026-02-01T00:00:00.5Z','step':10,'seconds':2.5,'epoch':1,'train_loss':3.75,'train_rec':3.25,"
                + "'train_kl':0.5,'test_loss':5,'test_rec':4,'test_kl':1,'train_objective':7,'test_objective':8}",
        ];
        Assert.That(System.IO.File.ReadAllLines(File), Is.EqualTo(expected.Select(line => line.Replace('\'', '"'))));
    }

    [Test]
    public void A_run_that_continues_drops_lines_of_steps_that_it_makes_again_and_a_line_cut_short()
    {
        string[] lines =
        [
            """{"kind":"progress","step":4}""", """{"kind":"epoch","step":5}""", """{"kind":"progress","step":6}""", """{"kind":"pro""",
        ];
        System.IO.File.WriteAllText(File, string.Join('\n', lines));
        using (var log = MetricsLog.Open(File, 5, time))
            log.EpochEnded(new EpochMetrics(2, 1, Terms, Terms));
        string[] kept = System.IO.File.ReadAllLines(File);
        Assert.That(kept[..2], Is.EqualTo(lines[..2]));
        using JsonDocument added = JsonDocument.Parse(kept[2..].Single());
        Assert.That(added.RootElement.GetProperty("epoch").GetInt32(), Is.EqualTo(2));
    }
}
