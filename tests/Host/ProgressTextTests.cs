using VaeGpu.Host.Progress;

namespace VaeGpu.Tests.Host;

public sealed class ProgressTextTests
{
    [TestCase(9, "epoch 1/2")]
    [TestCase(8, "epoch 1…")]
    [TestCase(2, "e…")]
    [TestCase(1, "")]
    [TestCase(-5, "")]
    public void A_line_is_cut_to_the_columns_that_there_are(int columns, string shown) =>
        Assert.That(ProgressText.Cut("epoch 1/2", columns), Is.EqualTo(shown));
}
