using VaeGpu.Host;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class BinarisationTests
{
    [Test]
    public void Pixels_become_white_as_often_as_their_level_says()
    {
        var levels = new byte[] { 0, 51, 204, 255 };
        var images = new ImageSet([.. Enumerable.Range(0, 40_000).Select(i => levels[i % 4])], null, 2, 2);
        var drawn = Binarisation.Once(images, seed: 4, first: 0);
        Assert.Multiple(() =>
        {
            Assert.That(Binarisation.GreyShare(images), Is.EqualTo(0.5));
            Assert.That(Binarisation.GreyShare(drawn), Is.Zero);
            for (var place = 0; place < 4; place++)
            {
                var white = drawn.Pixels.Where((_, i) => i % 4 == place).Average(level => level / 255.0);
                Assert.That(white, Is.EqualTo(levels[place] / 255.0).Within(place is 0 or 3 ? 0 : 0.02));
            }
            Assert.That(Binarisation.Once(images, 4, 0).Pixels, Is.EqualTo(drawn.Pixels));
        });
    }

    [Test]
    public void Grey_under_a_bernoulli_likelihood_gets_a_warning_with_the_remedy()
    {
        using var folder = new ScratchFolder();
        string[] line = [.. Call.Train(folder, "--epochs", "1").Where(word => word is not "--binarise" and not "once")];
        var call = Call.Of(line);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(call.Error, Does.Match("^warning: .* of the pixels are grey.*--binarise once.*--likelihood"));
        Assert.That(Call.Of([.. line, "--overwrite", "--likelihood", "gaussian"]).Error, Is.Empty);
    }
}
