using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Pictures;

public sealed class PictureTests
{
    private ScratchFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new ScratchFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(1, 1)]
    [TestCase(7, 3)]
    [TestCase(300, 200)]
    public void Gray_pixels_are_read_back(int width, int height)
    {
        var pixels = Noise(width * height);
        new Picture(pixels, width, height).Write(folder["a.png"]);
        var png = Png.Read(folder["a.png"]);
        Assert.That((png.Width, png.Height, png.Color), Is.EqualTo((width, height, 0)));
        Assert.That(png.Pixels, Is.EqualTo(pixels));
    }

    [TestCase(1, 1)]
    [TestCase(5, 9)]
    public void Colors_are_read_back(int width, int height)
    {
        var pixels = Noise(3 * width * height);
        new Picture(pixels, width, height, 3).Write(folder["a.png"]);
        var png = Png.Read(folder["a.png"]);
        Assert.That((png.Width, png.Height, png.Color), Is.EqualTo((width, height, 2)));
        Assert.That(png.Pixels, Is.EqualTo(pixels));
    }

    [TestCase(0, 4)]
    [TestCase(4, -1)]
    [TestCase(3, 2)]
    public void Pixels_that_do_not_fill_the_picture_are_refused(int width, int height)
    {
        Assert.That(() => new Picture(new byte[4], width, height).Write(folder["a.png"]), Throws.InstanceOf<ArgumentException>());
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void An_older_picture_is_replaced_and_nothing_is_left_beside_it()
    {
        folder.Put("a.png", new byte[9999]);
        new Picture([1], 1, 1).Write(folder["a.png"]);
        Assert.That(Png.Read(folder["a.png"]).Pixels, Is.EqualTo(new byte[] { 1 }));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_missing_folder_is_made()
    {
        var path = Path.Combine(folder.Path, "new folder", "deeper", "a.png");
        new Picture([1], 1, 1).Write(path);
        Assert.That(path, Does.Exist);
    }

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
