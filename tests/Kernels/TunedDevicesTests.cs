using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Kernels;

/// <summary>The tuning of a device is kept in a file, and what cannot be used of it changes nothing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TunedDevicesTests
{
    private readonly ScratchFolder folder = new();
    // As many threads as no other test has, so that no other test finds the file.
    private readonly Backend backend = Backend.Open("cpu", threads: 11);

    private Accelerator Device => backend.Accelerator;

    private TunedDevices Stored => new(folder["tuning"]);

    [TearDown]
    public void CleanUp()
    {
        TunedDevices.OfUser.Remove(Device);
        backend.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Every_candidate_is_read_as_it_was_written()
    {
        DeviceTuning builtIn = DeviceTuning.BuiltIn(Device);
        Assert.That(Stored.Read(Device), Is.EqualTo(((DeviceTuning?)null, (string?)null)));
        foreach (DeviceTuning candidate in Tunable.All.SelectMany(tunable => tunable.Candidates(builtIn)))
        {
            Stored.Write(Device, candidate);
            Assert.That(Stored.Read(Device), Is.EqualTo((candidate, (string?)null)));
        }
    }

    [Test]
    public void The_built_in_choice_is_among_the_candidates_of_every_device([Values("cpu", "interpreter", "ilgpu-cpu")] string spec)
    {
        using var other = Backend.Open(spec);
        DeviceTuning builtIn = DeviceTuning.BuiltIn(other.Accelerator);
        foreach (Tunable tunable in Tunable.All.Where(tunable => tunable.Candidates(builtIn).Count > 0))
            Assert.That(tunable.Candidates(builtIn), Has.Exactly(1).EqualTo(builtIn), tunable.Name);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("{\"Tile\": 8}")]
    public void A_damaged_file_is_ignored_with_a_reason(string content)
    {
        Stored.Write(Device, DeviceTuning.BuiltIn(Device));
        File.WriteAllText(Stored.PathOf(Device), content);
        (DeviceTuning? tuning, string? problem) = Stored.Read(Device);
        Assert.That((tuning, problem?.Length > 0), Is.EqualTo(((DeviceTuning?)null, true)));
    }

    [TestCase("\"Tile\": \"Rows8\"", "\"Tile\": \"Blocked\"", "Tile cannot be \"Blocked\"")]
    [TestCase("\"Tile\": \"Rows8\"", "\"Tile\": \"Rows5\"", "Tile cannot be \"Rows5\"")]
    [TestCase("11 processors", "12 processors", "another device or version")]
    public void A_foreign_file_is_ignored_with_a_reason(string from, string to, string reason)
    {
        Stored.Write(Device, DeviceTuning.BuiltIn(Device) with { Tile = TileShape.Rows8 });
        string content = File.ReadAllText(Stored.PathOf(Device));
        Assert.That(content, Does.Contain(from));
        File.WriteAllText(Stored.PathOf(Device), content.Replace(from, to));
        Assert.That(Stored.Read(Device).Tuning, Is.Null);
        Assert.That(Stored.Read(Device).Problem, Does.Contain(reason));
    }

    [Test]
    public void A_device_that_is_opened_uses_what_is_stored_for_it_and_the_built_in_choice_where_that_is_damaged()
    {
        Assert.That(UserCache.Folder, Does.StartWith(AppContext.BaseDirectory), "The user's own cache must not be written.");
        DeviceTuning builtIn = DeviceTuning.BuiltIn(Device);
        DeviceTuning choice = builtIn with { Tile = TileShape.Rows4, ConvTile = TileShape.Rows12, PackedFrom = 1 << 17 };
        TunedDevices.OfUser.Write(Device, choice);
        using (var opened = Backend.Open("cpu", threads: 11))
        {
            Assert.That(DeviceTuning.For(opened.Accelerator), Is.EqualTo(choice));
            Assert.That(Loads(opened.Accelerator, "Tile4x2"), Is.True);
        }
        using (var opened = Backend.Open("cpu", threads: 12))
            Assert.That(DeviceTuning.For(opened.Accelerator), Is.EqualTo(DeviceTuning.BuiltIn(opened.Accelerator)));
        File.WriteAllText(TunedDevices.OfUser.PathOf(Device), "damaged");
        using (var opened = Backend.Open("cpu", threads: 11))
        {
            Assert.That(DeviceTuning.For(opened.Accelerator), Is.EqualTo(builtIn));
            Assert.That(Loads(opened.Accelerator, "Tile4x2"), Is.False);
        }
    }

    [Test]
    public void From_the_number_on_that_is_chosen_a_factor_is_packed()
    {
        var shape = new MatMulShape { Rows = 64, Columns = 400, Depth = 784 };
        foreach (int from in (int[])[1 << 17, 1 << 18, 1 << 19])
        {
            DeviceTuning.Use(Device, DeviceTuning.BuiltIn(Device) with { PackedFrom = from });
            var launcher = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(Device);
            if (DeviceTuning.For(Device).PacksPanels)
                Assert.That(launcher.ScratchLength(shape) > 0, Is.EqualTo(784 * 400 >= from));
        }
    }

    private static bool Loads(Accelerator accelerator, string tile)
    {
        _ = MatMulLauncher.WeightGradient(accelerator);
        return ((EngineAccelerator)accelerator).Kernels.Any(kernel => kernel.Name.Contains(tile));
    }
}
