namespace VaeGpu.Tests.Runtime;

/// <summary>The cache of compiled programs: it helps where it can, and does no harm where it cannot.</summary>
[NonParallelizable]
internal sealed class BinaryCacheTests
{
    private readonly string key = "test-" + Guid.NewGuid().ToString("N");

    [TearDown]
    public void Delete()
    {
        UserCache.Problem = null;
        foreach (string path in Leftovers())
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
    }

    [Test]
    public void What_is_kept_is_read_again_and_what_is_damaged_is_absent()
    {
        BinaryCache.Write(key, [1, 2, 3]);
        Assert.That(BinaryCache.Read(key), Is.EqualTo(new byte[] { 1, 2, 3 }));
        byte[] file = File.ReadAllBytes(BinaryCache.PathOf(key));
        file[^1]++;
        File.WriteAllBytes(BinaryCache.PathOf(key), file);
        Assert.That(BinaryCache.Read(key), Is.Null);
        Assert.That(BinaryCache.Read(key + "-not-there"), Is.Null);
    }

    [Test]
    public void A_renamed_entry_is_absent()
    {
        BinaryCache.Write(key, [1, 2, 3]);
        File.Move(BinaryCache.PathOf(key), BinaryCache.PathOf(key + "-other"));
        Assert.That(BinaryCache.Read(key + "-other"), Is.Null);
    }

    [Test]
    [Platform("Linux")]
    public void What_is_no_file_is_absent_and_is_not_waited_for()
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", [BinaryCache.PathOf(key)]);
        make.WaitForExit();
        Assert.That(BinaryCache.Read(key), Is.Null);
        File.CreateSymbolicLink(BinaryCache.PathOf(key + "-link"), "/dev/zero");
        Assert.That(BinaryCache.Read(key + "-link"), Is.Null);
    }

    [Test]
    [Platform("Linux")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void The_cache_is_the_users_alone()
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite, all = file | UnixFileMode.UserExecute;
        BinaryCache.Write(key, [1, 2, 3]);
        Assert.That(File.GetUnixFileMode(BinaryCache.PathOf(key)), Is.EqualTo(file), "0600");
        Assert.That(File.GetUnixFileMode(BinaryCache.Folder), Is.EqualTo(all), "0700");
        using var scratch = new Data.ScratchFolder();
        scratch.Put("planted.bin", [1]);
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_111_111);
        BinaryCache.MakePrivate(scratch.Path);
        Assert.That(Directory.GetFileSystemEntries(scratch.Path), Is.Empty, "others could have put it there");
        Assert.That(File.GetUnixFileMode(scratch.Path), Is.EqualTo(all));
    }

    [Test]
    public void An_entry_that_cannot_be_written_leaves_nothing_behind()
    {
        // A folder in its place; a full disk is told in the same way.
        Directory.CreateDirectory(Path.Combine(BinaryCache.PathOf(key), "occupied"));
        Assert.That(() => BinaryCache.Write(key, [1, 2, 3]), Throws.Nothing);
        Assert.That(Leftovers(), Is.EqualTo(new[] { BinaryCache.PathOf(key) }));
    }

    [Test]
    public void Threads_that_keep_the_same_entry_do_not_spoil_it()
    {
        byte[] content = new byte[100_000];
        new Random(1).NextBytes(content);
        Parallel.For(0, 50, _ =>
        {
            BinaryCache.Write(key, content);
            Assert.That(BinaryCache.Read(key), Is.EqualTo(content));
        });
        Assert.That(Leftovers(), Is.EqualTo(new[] { BinaryCache.PathOf(key) }));
    }

    [Test]
    [Platform("Linux")]
    public void The_cache_is_never_in_the_working_folder()
    {
        string? home = Environment.GetEnvironmentVariable("HOME");
        try
        {
            Environment.SetEnvironmentVariable("HOME", "/no/such/home");
            Assert.That(UserCache.UserFolder(null), Is.EqualTo("/no/such/home/.cache"));
            Assert.That(UserCache.UserFolder("relative"), Is.EqualTo("/no/such/home/.cache"));
            Assert.That(UserCache.UserFolder("/caches"), Is.EqualTo("/caches"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("HOME", home);
        }
    }

    private string[] Leftovers() =>
        Directory.Exists(BinaryCache.Folder) ? Directory.GetFileSystemEntries(BinaryCache.Folder, key + "*") : [];
}
