using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Device memory, and what a driver asks of a kernel.</summary>
internal sealed class MachineMemoryTests
{
    [Test]
    public void Buffers_cross_a_border_of_4_GiB_and_lie_apart()
    {
        PtxMemory memory = new();
        ulong a = memory.Allocate(4096);
        ulong b = memory.Allocate(4096);
        Assert.Multiple(() =>
        {
            Assert.That(a % 256, Is.Zero);
            Assert.That((uint)a, Is.GreaterThan((uint)(a + 4095)));
            Assert.That(b - a, Is.GreaterThan(1ul << 32));
            Assert.That(memory.Find(a + 4095), Is.EqualTo((a, 4096)));
            Assert.That(memory.Find(a + 4096), Is.Null);
            Assert.That(memory.Used, Is.EqualTo(8192));
            Assert.That(() => memory.Write(a + 4000, new byte[100]), Throws.ArgumentException);
            Assert.That(() => memory.Free(a + 256), Throws.ArgumentException);
        });
        memory.Fill(a, [1, 2], 4);
        memory.Copy(b + 2, a, 4);
        Assert.That(MachineText.Read<byte>(memory, b + 2, 4), Is.EqualTo(new byte[] { 1, 2, 1, 2 }));
        memory.Free(a);
        Assert.That(memory.Count, Is.EqualTo(1));
        memory.Capacity = 10000;
        Assert.That(() => memory.Allocate(9000), Throws.TypeOf<InsufficientMemoryException>());
    }

    [Test]
    public void An_entry_says_what_it_needs()
    {
        string text = MachineText.Module("""
            .shared .align 16 .b8 tile[100];
            .local .align 8 .b8 own[12];
            mov.u32 %r1, 5;
            mov.u64 %rd1, 5;
            """, ".param .u8 a, .param .u64 b, .param .f32 c, .param .align 8 .b8 d[12]", bounds: ".maxntid 64, 2, 1 .minnctapersm 3");
        PtxEntry entry = PtxModule.Parse(text).Entry("k");
        Assert.Multiple(() =>
        {
            Assert.That(entry.Parameters.Select(parameter => (parameter.Offset, parameter.Size)),
                Is.EqualTo(new[] { (0, 1), (8, 8), (16, 4), (24, 12) }));
            Assert.That(entry.ParameterBytes, Is.EqualTo(36));
            Assert.That(entry.StaticSharedBytes, Is.EqualTo(100));
            Assert.That(entry.LocalBytes, Is.EqualTo(16));
            Assert.That(entry.Registers, Is.EqualTo(3));
            Assert.That(entry.MaxThreads, Is.EqualTo(128));
            Assert.That(entry.MinGroupsPerProcessor, Is.EqualTo(3));
            Assert.That(entry.RequiredThreads, Is.Null);
        });
    }
}
