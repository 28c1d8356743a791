using VaeGpu.Gpu.Inspection;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Interpreter;

/// <summary>The rules of NVIDIA's occupancy calculator, on examples that were computed by hand.</summary>
public sealed class OccupancyTests
{
    // 64 warps: 256 threads are 8 warps, 8 groups. 48 registers: 1,536 for a warp, 10 warps for a scheduler, 40 in all: 5 groups.
    [TestCase("a100", 256, 0, null, 8, 1.0, OccupancyLimit.Threads)]
    [TestCase("a100", 256, 0, 32, 8, 1.0, OccupancyLimit.Threads)]
    [TestCase("a100", 256, 0, 48, 5, 40 / 64.0, OccupancyLimit.Registers)]
    // 33 registers are 1,056 for a warp, in units of 256 are 1,280: 12 warps for a scheduler, 48 in all: 6 groups.
    [TestCase("a100", 256, 0, 33, 6, 48 / 64.0, OccupancyLimit.Registers)]
    // 255 registers: 8,160 are 8,192 for a warp, 2 for a scheduler, 8 in all.
    [TestCase("h100", 128, 0, 255, 2, 8 / 64.0, OccupancyLimit.Registers)]
    [TestCase("h100", 512, 0, 255, 0, 0.0, OccupancyLimit.Registers)]
    // 32 threads: 32 groups, though 64 warps have room.
    [TestCase("h200", 32, 0, 16, 32, 32 / 64.0, OccupancyLimit.Groups)]
    [TestCase("rtx4090", 32, 0, 16, 24, 24 / 48.0, OccupancyLimit.Groups)]
    [TestCase("rtx3090", 32, 0, 16, 16, 16 / 48.0, OccupancyLimit.Groups)]
    [TestCase("rtx4090", 1024, 0, null, 1, 32 / 48.0, OccupancyLimit.Threads)]
    // 48 KiB and the system's 1 KiB: 164 / 49 = 3, 228 / 49 = 4, 100 / 49 = 2.
    [TestCase("a100", 128, 48 << 10, 32, 3, 12 / 64.0, OccupancyLimit.SharedMemory)]
    [TestCase("h100", 128, 48 << 10, 32, 4, 16 / 64.0, OccupancyLimit.SharedMemory)]
    [TestCase("rtx4090", 128, 48 << 10, 32, 2, 8 / 48.0, OccupancyLimit.SharedMemory)]
    // One byte more than a quarter of 164 KiB leaves takes 128 bytes more: 3 groups instead of 4.
    [TestCase("a100", 128, 40 << 10, 32, 4, 16 / 64.0, OccupancyLimit.SharedMemory)]
    [TestCase("a100", 128, (40 << 10) + 1, 32, 3, 12 / 64.0, OccupancyLimit.SharedMemory)]
    [TestCase("a100", 128, 163 << 10, 32, 1, 4 / 64.0, OccupancyLimit.SharedMemory)]
    [TestCase("a100", 128, (163 << 10) + 1, 32, 0, 0.0, OccupancyLimit.SharedMemory)]
    // 33 threads take two warps; a group of more than 1,024 threads cannot be.
    [TestCase("a100", 33, 0, 32, 32, 1.0, OccupancyLimit.Threads)]
    [TestCase("a100", 1025, 0, 32, 0, 0.0, OccupancyLimit.Threads)]
    public void Groups_are_placed_until_the_first_limit(
        string gpu, int threads, int sharedBytes, int? registers, int groups, double share, OccupancyLimit limit) => Assert.That(
        Occupancy.Of(GpuLimits.All.Single(one => one.Name == gpu), threads, sharedBytes, registers),
        Is.EqualTo(new Occupancy(groups, share, limit)));

    [Test, Platform(Exclude = "Win"), System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void The_assembler_is_found_on_the_path_and_tells_registers_or_why_not()
    {
        using var folder = new ScratchFolder();
        string program = folder["a folder/ptxas"];
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, """
            #!/bin/sh
            for file; do true; done
            grep -q ret "$file" || { echo "ptxas fatal   : no kernel for $2"; exit 255; }
            echo "ptxas info    : Used 24 registers, 380 bytes cmem[0]" >&2
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.That(Ptxas.Find($"{folder["none"]}{Path.PathSeparator}{folder.Path}"), Is.Null);
        Assert.That(Ptxas.Find(null), Is.Null);
        Ptxas ptxas = Ptxas.Find($"{folder["none"]}{Path.PathSeparator}{Path.GetDirectoryName(program)}")!;
        Assert.Multiple(() =>
        {
            Assert.That((ptxas.Registers("ret;", "sm_90", out string? refusal), refusal), Is.EqualTo(((int?)24, (string?)null)));
            Assert.That(ptxas.Registers("", "sm_89", out refusal), Is.Null);
            Assert.That(refusal, Is.EqualTo("ptxas fatal   : no kernel for sm_89"));
            Assert.That(new Ptxas(folder["none"]).Registers("", "sm_90", out refusal), Is.Null);
            Assert.That(refusal, Does.Contain(folder["none"]));
        });
    }
}
