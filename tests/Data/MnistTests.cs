using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class MnistTests
{
    [Test]
    public void The_real_files_load_with_their_known_counts_and_first_labels()
    {
        var data = Mnist.Load();
        Assert.Multiple(() =>
        {
            Assert.That(data.Name, Is.EqualTo("mnist"));
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((60_000, 10_000)));
            Assert.That(data.Format, Is.EqualTo(new ImageFormat(28, 28)));
            Assert.That(data.Train.Labels![..3], Is.EqualTo(new byte[] { 5, 0, 4 }));
            Assert.That(data.Test.Labels![..3], Is.EqualTo(new byte[] { 7, 2, 1 }));
        });
    }

    [Test]
    public void The_real_files_are_taken_for_what_is_fetched_and_damaged_ones_are_not()
    {
        var real = Mnist.Folder;
        using var scratch = new ScratchFolder();
        var mnist = DownloadedData.Known.Single(known => known.Name == "mnist");
        var fetched = 0;
        byte[] Fetch(Uri address)
        {
            fetched++;
            return File.ReadAllBytes(Path.Combine(real, Path.GetFileName(address.LocalPath)));
        }
        Assert.That(mnist.Load(scratch.Path, Fetch).Train.Count, Is.EqualTo(60_000));
        Assert.That(fetched, Is.EqualTo(4));
        var labels = Path.Combine(scratch.Path, "mnist", "t10k-labels-idx1-ubyte.gz");
        File.WriteAllBytes(labels, Idx.Gzip(Idx.LabelFile(new byte[10_000])));
        Assert.That(mnist.Load(scratch.Path, Fetch).Test.Labels![..3], Is.EqualTo(new byte[] { 7, 2, 1 }));
        Assert.That(fetched, Is.EqualTo(5));
    }

    [Test]
    public void A_file_beside_the_checked_ones_is_not_read()
    {
        var real = Mnist.Folder;
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["mnist"]);
        scratch.Put("mnist/train-labels-idx1-ubyte", Idx.LabelFile(new byte[60_000]));
        var mnist = DownloadedData.Known.Single(known => known.Name == "mnist");
        var data = mnist.Load(scratch.Path, address => File.ReadAllBytes(Path.Combine(real, Path.GetFileName(address.LocalPath))));
        Assert.That(data.Train.Labels![..3], Is.EqualTo(new byte[] { 5, 0, 4 }));
    }
}
