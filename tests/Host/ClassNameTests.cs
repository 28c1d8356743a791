using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Pictures;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Host;

public sealed class ClassNameTests
{
    [Test]
    public void Classes_of_folders_are_named_on_the_command_line_and_kept_in_other_data()
    {
        using var folder = new ScratchFolder();
        foreach (var (name, level) in new[] { ("ash", 10), ("birch wood", 130), ("cedar", 250) })
        {
            Directory.CreateDirectory(folder[$"trees/{name}"]);
            for (var i = 0; i < 10; i++)
                folder.Put($"trees/{name}/{i}.pgm", [.. "P5 3 2 255\n"u8, .. Enumerable.Repeat((byte)level, 6)]);
        }
        string[] train =
        [
            "train", "--data", folder["trees"], "--out", folder["run"], "--hidden", "8", "--latent", "2", "--epochs", "200", "--batch",
                "13",
            "--likelihood", "gaussian", "--condition", "labels", "--device", "cpu",
        ];
        Assert.That(Call.Of(train).ExitCode, Is.EqualTo(ExitCode.Done));
        Call Sample(string label, string file) =>
            Call.Of("sample", folder["run"], "--label", label, "--count", "1", "--out", folder[file], "--device", "cpu");
        Assert.That(Sample("cedar", "name.png").ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Sample("2", "number.png").ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(File.ReadAllBytes(folder["name.png"]), Is.EqualTo(File.ReadAllBytes(folder["number.png"])));
        Assert.That(Sample("oak", "x.png").Error, Does.Contain("its classes are ash, birch wood, cedar"));
        // Alone, the folder of cedars is the first in order; to the model it is the third.
        Directory.Move(folder["trees/ash"], folder["ash"]);
        Directory.Move(folder["trees/birch wood"], folder["birch"]);
        var scored = Call.Of("reconstruct", folder["run"], "--data", folder["trees"], "--out", folder["cedars.png"], "--device", "cpu");
        Assert.That((scored.ExitCode, scored.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(Png.Read(folder["cedars.png"]).Pixels.Where(level => level != ImageGrid.MarginLevel), Is.All.GreaterThan(200));
        Directory.Move(folder["trees/cedar"], folder["trees/oak"]);
        var unknown = Call.Of("reconstruct", folder["run"], "--data", folder["trees"], "--out", folder["y.png"], "--device", "cpu");
        Assert.That(unknown.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(unknown.Error, Does.Contain("\"oak\"; the classes of the model are ash, birch wood, cedar"));
    }

    [Test]
    public void Classes_are_renumbered_as_the_model_has_them()
    {
        var images = new ImageSet([1, 2, 3], [0, 1, 0], 1, 1) { LabelNames = ["b", "c"] };
        var renumbered = Conditioning.Renumbered(images, ["a", "b", "c"]);
        Assert.That(renumbered.Labels, Is.EqualTo(new byte[] { 1, 2, 1 }));
        Assert.That(renumbered.Pixels, Is.EqualTo(images.Pixels));
        Assert.That(renumbered.NameOf(renumbered.Labels![1]), Is.EqualTo("c"));
    }
}
