using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class MetricsCsvTests
{
    [Test]
    public void Columns_are_as_documented_in_every_locale()
    {
        using var comma = new CommaCulture();
        using var folder = new ScratchFolder();
        MetricsCsv.Write(folder["metrics.csv"], [new EpochMetrics(1, 12.3456, new LossTerms(100.5, 20.25), new LossTerms(99, 1e-7))]);
        Assert.That(
            File.ReadAllText(folder["metrics.csv"]),
            Is.EqualTo(
                "epoch,seconds,train_loss,train_rec,train_kl,test_loss,test_rec,test_kl\n"
                + "1,12.346,120.750000,100.500000,20.250000,99.000000,99.000000,0.000000\n"));
    }
}
