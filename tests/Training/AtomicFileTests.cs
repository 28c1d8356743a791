using VaeGpu.Tests.Data;
using VaeGpu.Training;

namespace VaeGpu.Tests.Training;

public sealed class AtomicFileTests
{
    [Test]
    public void A_write_that_fails_halfway_leaves_the_old_file_alone()
    {
        using var folder = new ScratchFolder();
        var path = folder.Put("old", [1, 2, 3]);
        Assert.That(
            () => AtomicFile.Write(path, stream =>
            {
                stream.WriteByte(9);
                throw new IOException("full");
            }),
            Throws.InstanceOf<IOException>().With.Message.EqualTo("full"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_folder_in_the_place_of_the_file_is_an_error_and_leaves_nothing()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder["taken"]);
        Assert.That(
            () => AtomicFile.Write(folder["taken"], stream => stream.WriteByte(1)),
            Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void A_bare_name_is_written_in_the_current_folder()
    {
        var name = $"{Guid.NewGuid():N}.bin";
        try
        {
            AtomicFile.Write(name, stream => stream.WriteByte(1));
            Assert.That(name, Does.Exist);
        }
        finally
        {
            File.Delete(name);
        }
    }
}
