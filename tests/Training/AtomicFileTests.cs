using VaeGpu.Tests.Data;
using VaeGpu.Training.Files;

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
            Throws.InstanceOf<IOException>().With.Message.EqualTo($"\"{path}\" cannot be written: full"));
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
            Throws.InstanceOf<IOException>());
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void What_cannot_be_written_is_named_and_nothing_else()
    {
        using var folder = new ScratchFolder();
        folder.Put("file", [1]);
        var path = folder["file/below.bin"];
        Assert.That(
            () => AtomicFile.Write(path, stream => stream.WriteByte(1)),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"\"{path}\" cannot be written: ").And.Message.Not.Contain(".tmp"));
        var longest = folder[new string('n', 240)];
        Assert.That(
            () => AtomicFile.Write(longest, stream => stream.WriteByte(1)),
            Throws.InstanceOf<IOException>().With.Message.Contains(longest).And.Message.Not.Contain(".tmp"));
        Assert.That(
            () => AtomicFile.Write(folder.Path, stream => stream.WriteByte(1)),
            Throws.InstanceOf<IOException>().With.Message.Contains(folder.Path).And.Message.Not.Contain(".tmp"));
    }

    [Test]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        using var folder = new ScratchFolder();
        var file = folder.Put("file", [1]);
        File.CreateSymbolicLink(folder["link"], file);
        AtomicFile.Write(folder["link"], stream => stream.WriteByte(2));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(new byte[] { 2 }));
        Assert.That(new FileInfo(folder["link"]).LinkTarget, Is.EqualTo(file));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(2));
    }

    [Test]
    [Platform("Linux")]
    public void A_device_is_never_replaced()
    {
        using var folder = new ScratchFolder();
        File.CreateSymbolicLink(folder["link"], "/dev/null");
        Assert.That(
            () => AtomicFile.Write(folder["link"], stream => stream.WriteByte(2)),
            Throws.InstanceOf<IOException>().With.Message.Contains("device"));
        Assert.That(new FileInfo(folder["link"]).LinkTarget, Is.EqualTo("/dev/null"));
    }

    [Test]
    public void A_path_is_refused_before_there_is_anything_to_write()
    {
        using var folder = new ScratchFolder();
        folder.Put("file", [1]);
        Directory.CreateDirectory(folder["taken"]);
        foreach (string path in (string[])[folder["file/below.bin"], folder["taken"], folder[new string('n', 240)]])
        {
            Assert.That(
                () => AtomicFile.ThrowIfUnwritable(path),
                Throws.InstanceOf<IOException>().With.Message.StartsWith($"\"{path}\" cannot be written: ")
                    .And.Message.Not.Contain(".tmp"));
        }
        AtomicFile.ThrowIfUnwritable(folder["new/and newer/name.bin"]);
        Assert.That(folder["new"], Does.Not.Exist);
        AtomicFile.ThrowIfUnwritable(folder["file"]);
        Assert.That(File.ReadAllBytes(folder["file"]), Is.EqualTo(new byte[] { 1 }));
        Assert.That(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories), Is.EqualTo(new[] { folder["file"] }));
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
