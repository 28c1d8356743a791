using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class IdxFolderTests
{
    private ScratchFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new ScratchFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("-", "")]
    [TestCase("-", ".gz")]
    [TestCase(".", "")]
    [TestCase(".", ".gz")]
    public void Every_published_spelling_of_the_names_is_found(string separator, string suffix)
    {
        void Put(string part, string kind, byte[] content) =>
            folder.Put($"{part}{separator}{kind}{suffix}", suffix == "" ? content : Idx.Gzip(content));
        Put("train-images", "idx3-ubyte", Idx.ImageFile(3, 2, 2));
        Put("train-labels", "idx1-ubyte", Idx.LabelFile(4, 5, 6));
        Put("t10k-images", "idx3-ubyte", Idx.ImageFile(2, 2, 2));
        Put("t10k-labels", "idx1-ubyte", Idx.LabelFile(7, 8));
        var data = IdxFolder.Load(folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(data.Name, Is.EqualTo(Path.GetFileName(folder.Path)));
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((3, 2)));
            Assert.That(data.Train.Labels, Is.EqualTo(new byte[] { 4, 5, 6 }));
            Assert.That(data.Test.Labels, Is.EqualTo(new byte[] { 7, 8 }));
        });
    }

    [Test]
    public void Labels_may_be_left_out()
    {
        PutImages();
        var data = IdxFolder.Load(folder.Path);
        Assert.That((data.Train.Labels, data.Test.Labels), Is.EqualTo(((byte[]?)null, (byte[]?)null)));
    }

    [TestCase("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte")]
    [TestCase("t10k-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte")]
    public void Labels_for_one_half_only_are_refused(string present, string missing)
    {
        PutImages();
        folder.Put(present, Idx.LabelFile(1, 2));
        AssertRefused(present, missing);
    }

    [Test]
    public void A_missing_folder_is_named()
    {
        var path = folder["no such folder"];
        var error = Assert.Throws<DataException>(() => IdxFolder.Load(path));
        Assert.That(error.Message, Does.Contain(path).And.Contain("does not exist"));
    }

    [Test]
    public void A_folder_without_images_tells_what_was_looked_for() =>
        AssertRefused(
            folder.Path,
            "train-images-idx3-ubyte,", "train-images-idx3-ubyte.gz", "train-images.idx3-ubyte,", "train-images.idx3-ubyte.gz");

    [Test]
    public void A_folder_without_test_images_tells_what_was_looked_for()
    {
        folder.Put("train-images-idx3-ubyte", Idx.ImageFile(2, 2, 2));
        AssertRefused("t10k-images-idx3-ubyte");
    }

    [Test]
    public void Train_and_test_images_of_different_sizes_are_refused()
    {
        folder.Put("train-images-idx3-ubyte", Idx.ImageFile(2, 3, 2));
        folder.Put("t10k-images-idx3-ubyte", Idx.ImageFile(2, 2, 3));
        AssertRefused("2×3", "3×2", "same size");
    }

    [Test]
    public void A_wrong_number_of_labels_is_refused()
    {
        PutImages();
        folder.Put("train-labels-idx1-ubyte", Idx.LabelFile(1, 2, 3));
        folder.Put("t10k-labels-idx1-ubyte", Idx.LabelFile(1, 2));
        AssertRefused("3 labels", "2 images", "train-labels-idx1-ubyte");
    }

    private void PutImages()
    {
        folder.Put("train-images-idx3-ubyte", Idx.ImageFile(2, 2, 2));
        folder.Put("t10k-images-idx3-ubyte", Idx.ImageFile(2, 2, 2));
    }

    private void AssertRefused(params string[] told)
    {
        var error = Assert.Throws<DataException>(() => IdxFolder.Load(folder.Path));
        foreach (var part in told)
            Assert.That(error.Message, Does.Contain(part));
    }
}
