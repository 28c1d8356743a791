using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class IdxFileTests
{
    private ScratchFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new ScratchFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public void Images_are_read_with_their_sizes_and_pixels(bool packed)
    {
        var content = Idx.ImageFile(count: 5, height: 3, width: 4);
        var images = IdxFile.ReadImages(folder.Put("images", packed ? Idx.Gzip(content) : content));
        Assert.Multiple(() =>
        {
            Assert.That((images.Count, images.Format), Is.EqualTo((5, new ImageFormat(4, 3))));
            Assert.That(images.Labels, Is.Null);
            Assert.That(images.Pixels, Is.EqualTo(content[16..]));
            Assert.That(images[4].ToArray(), Is.EqualTo(content[^12..]));
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Labels_are_read(bool packed)
    {
        var content = Idx.LabelFile(7, 0, 255);
        var labels = IdxFile.ReadLabels(folder.Put("labels", packed ? Idx.Gzip(content) : content));
        Assert.That(labels, Is.EqualTo(new byte[] { 7, 0, 255 }));
    }

    [Test]
    public void Gzip_is_known_by_content_whatever_the_name()
    {
        var plain = folder.Put("plain.gz", Idx.LabelFile(1));
        var packed = folder.Put("packed", Idx.Gzip(Idx.LabelFile(2)));
        Assert.That(IdxFile.ReadLabels(plain).Concat(IdxFile.ReadLabels(packed)), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void A_truncated_image_file_is_named_with_its_expected_length()
    {
        var path = folder.Put("images", Idx.ImageFile(2, 3, 4)[..^1]);
        AssertRefused(() => IdxFile.ReadImages(path), path, "39 bytes", "2×3×4 images", "40 bytes", "fetch it again");
    }

    [Test]
    public void An_image_file_that_goes_on_too_long_is_refused()
    {
        var path = folder.Put("images", [.. Idx.ImageFile(2, 3, 4), 0]);
        AssertRefused(() => IdxFile.ReadImages(path), path, "41 bytes", "40 bytes");
    }

    [Test]
    public void Packed_data_that_stops_early_is_refused()
    {
        var path = folder.Put("images.gz", Idx.Gzip(Idx.ImageFile(2, 3, 4)[..^1]));
        AssertRefused(() => IdxFile.ReadImages(path), path, "39 bytes unpacked", "2×3×4 images", "40 bytes");
    }

    [Test]
    public void Packed_data_that_goes_on_too_long_is_refused()
    {
        var path = folder.Put("images.gz", Idx.Gzip([.. Idx.ImageFile(2, 3, 4), 0]));
        AssertRefused(() => IdxFile.ReadImages(path), path, "goes on after the 40 bytes");
    }

    [Test]
    public void A_gzip_file_cut_anywhere_is_refused()
    {
        var whole = Idx.Gzip(Idx.ImageFile(2, 3, 4));
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Put("images.gz", whole[..length]);
            AssertRefused(() => IdxFile.ReadImages(path), path);
        }
    }

    [Test]
    public void A_plain_file_cut_anywhere_is_refused()
    {
        var whole = Idx.ImageFile(2, 3, 4);
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Put("images", whole[..length]);
            AssertRefused(() => IdxFile.ReadImages(path), path);
        }
    }

    [Test]
    public void A_gzip_file_with_a_wrong_checksum_is_refused()
    {
        var content = Idx.Gzip(Idx.ImageFile(2, 3, 4));
        content[^8] ^= 1;
        var path = folder.Put("images.gz", content);
        AssertRefused(() => IdxFile.ReadImages(path), path, "damaged gzip");
    }

    [Test]
    public void Gzip_of_noise_is_refused()
    {
        var content = new byte[300];
        new Random(1).NextBytes(content);
        (content[0], content[1]) = (0x1F, 0x8B);
        var path = folder.Put("images.gz", content);
        AssertRefused(() => IdxFile.ReadImages(path), path, "damaged gzip");
    }

    [Test]
    public void An_empty_file_is_refused()
    {
        var path = folder.Put("images", []);
        AssertRefused(() => IdxFile.ReadImages(path), path, "is empty");
    }

    [Test]
    public void A_file_of_no_images_is_refused()
    {
        var path = folder.Put("images", Idx.Header(Idx.Images, 0, 28, 28));
        AssertRefused(() => IdxFile.ReadImages(path), path, "holds no images", "dimension 1 of 3");
    }

    [Test]
    public void Labels_in_place_of_images_are_named_as_labels()
    {
        var path = folder.Put("images", Idx.LabelFile(1, 2, 3));
        AssertRefused(() => IdxFile.ReadImages(path), path, "0x00000801", "file of labels", "0x00000803");
    }

    [Test]
    public void Images_in_place_of_labels_are_named_as_images()
    {
        var path = folder.Put("labels", Idx.ImageFile(1, 2, 3));
        AssertRefused(() => IdxFile.ReadLabels(path), path, "file of images", "0x00000801");
    }

    [Test]
    public void A_foreign_file_is_told_by_its_first_bytes()
    {
        var path = folder.Put("images", [0x89, (byte)'P', (byte)'N', (byte)'G', 0, 0, 0, 0]);
        AssertRefused(() => IdxFile.ReadImages(path), path, "0x89504E47", "not an IDX file of bytes");
    }

    [TestCase(0xFFFFFFFFu, 28u, 28u, "dimension 1 of 3 is 4294967295")]
    [TestCase(0x7FFFFFFFu, 0x7FFFFFFFu, 0x7FFFFFFFu, "fit in one array")]
    [TestCase(60_000u, 65_536u, 65_536u, "fit in one array")]
    [TestCase(1_000_000u, 28u, 28u, "784000016 bytes")]
    public void A_header_that_lies_is_refused_before_memory_is_taken(uint count, uint height, uint width, string told)
    {
        var content = Idx.Header(Idx.Images, count, height, width);
        foreach (var file in new[] { content, Idx.Gzip(content) })
        {
            var path = folder.Put("images", file);
            var before = GC.GetAllocatedBytesForCurrentThread();
            AssertRefused(() => IdxFile.ReadImages(path), path, told);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
        }
    }

    [Test]
    public void A_missing_file_is_refused()
    {
        var path = folder["none"];
        AssertRefused(() => IdxFile.ReadImages(path), path, "cannot be read");
    }

    [Test]
    public void A_folder_in_place_of_a_file_is_refused() =>
        AssertRefused(() => IdxFile.ReadImages(folder.Path), folder.Path, "cannot be read");

    /// <summary>Refused in one sentence that names the file and tells all of <paramref name="told"/>.</summary>
    private static void AssertRefused(Action read, string path, params string[] told)
    {
        var error = Assert.Throws<DataException>(() => read());
        Assert.That(error.Message, Does.Contain(path).And.EndsWith(".").And.Not.Contain("\n"));
        foreach (var part in told)
            Assert.That(error.Message, Does.Contain(part));
    }
}
