using System.Text;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConvolutionTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_convolutional_run_is_resumed_bit_for_bit_and_used_like_any_other()
    {
        string[] conv = ["--arch", "conv", "--channels", "4,9", "--init", "orthogonal"];
        Done(Call.Train(folder, [.. conv, "--epochs", "1"]));
        Done("train", "--resume", "--out", folder["run"], "--epochs", "2", "--device", "cpu");
        var resumed = CheckpointFile.Read(folder["run/checkpoint.vae"]);
        Done(Call.Train(folder, [.. conv, "--epochs", "2", "--overwrite"]));
        var unbroken = CheckpointFile.Read(folder["run/checkpoint.vae"]);
        Assert.That(resumed.Parameters, Is.EqualTo(unbroken.Parameters));
        Assert.That(resumed.Header.Configuration.Model, Is.EqualTo(unbroken.Header.Configuration.Model));
        Assert.That(unbroken.Header.History[1].Test.Loss, Is.LessThan(unbroken.Header.History[0].Test.Loss));
        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["run/configuration.json"]));
        var model = json.RootElement.GetProperty("model");
        Assert.That(model.GetProperty("convolutions").EnumerateArray().Select(channels => channels.GetInt32()), Is.EqualTo(new[] { 4, 9 }));
        Assert.That(model.GetProperty("initialization").GetString(), Is.EqualTo("orthogonal"));
        foreach (var use in (string[])["sample", "reconstruct", "interpolate", "traverse", "manifold", "encode", "score", "evaluate"])
            Done(use, folder["run"], "--device", "cpu");
    }

    [TestCase("standard")]
    [TestCase("conditional")]
    [TestCase("network")]
    public void Labeled_color_pictures_of_odd_sizes_are_convolved_under_every_prior(string prior)
    {
        PutPictures(27, 31);
        var trained = Call.Of(
            "train", "--data", folder["pictures"], "--out", folder["run"], "--arch", "conv", "--channels", "5,6", "--hidden", "12",
                "--latent", "2",
            "--condition", "labels", "--prior", prior, "--likelihood", "gaussian", "--epochs", "3", "--batch", "6", "--device", "cpu");
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(trained.Output, Does.Contain("2511-conv 5-conv 6-12-2"));
        var history = CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.History;
        Assert.That(history[^1].Train.Loss, Is.LessThan(history[0].Train.Loss));
        Done("sample", folder["run"], "--label", "1", "--count", "3", "--device", "cpu");
        Done("evaluate", folder["run"], "--importance-samples", "2", "--device", "cpu");
    }

    [Test]
    public void Without_channels_there_are_two_convolutions_of_32_and_64()
    {
        PutPictures(9, 6);
        Done("train", "--data", folder["pictures"], "--out", folder["run"], "--arch", "conv", "--likelihood", "gaussian", "--epochs", "1",
            "--device", "cpu");
        var model = CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.Configuration.Model;
        Assert.That((model.Convolutions, model.Hidden), Is.EqualTo((new[] { 32, 64 }, new[] { 400 })));
    }

    [Test]
    public void What_cannot_be_convolved_is_refused_with_the_remedy()
    {
        PutPictures(3, 40);
        folder.Put("table.csv", Encoding.UTF8.GetBytes("a,b\n" + string.Join('\n', Enumerable.Range(0, 20).Select(i => $"{i},{i * i}"))));
        folder.Put("lines.txt", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("some words", 20))));
        Refused("pictures",
            "Pictures of 3×40 pixels are too small for 2 convolutions, each of which halves them; give --channels with fewer");
        Refused("table.csv", "--arch conv is for pictures, and the data is a table; leave it out.");
        Refused("lines.txt", "--arch conv is for pictures, and the data is text; leave it out.");
        Assert.That(folder["run"], Does.Not.Exist);
        Done(
            "train", "--data", folder["pictures"], "--out", folder["run"], "--arch", "conv", "--channels", "3", "--likelihood", "gaussian",
            "--epochs", "1", "--device", "cpu");
    }

    private void Refused(string data, string reason)
    {
        var call = Call.Of("train", "--data", folder[data], "--out", folder["run"], "--arch", "conv", "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain(reason));
    }

    private static void Done(params string[] line)
    {
        var call = Call.Of(line);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")), string.Join(' ', line));
    }

    /// <summary>Two classes of 12 color pictures each: bars at places of their own, red or blue.</summary>
    private void PutPictures(int width, int height)
    {
        for (var i = 0; i < 24; i++)
        {
            var pixels = new byte[width * height * 3];
            for (var at = 0; at < width * height; at++)
                pixels[3 * at + (i % 2 == 0 ? 0 : 2)] = (byte)(at % width < 1 + i * width / 24 ? 255 : 20);
            var place = folder[Path.Combine("pictures", i % 2 == 0 ? "red" : "blue")];
            Directory.CreateDirectory(place);
            new Picture(pixels, width, height, 3).Write(Path.Combine(place, $"{i}.png"));
        }
    }
}
