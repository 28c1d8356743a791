using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Tests.Ptx;

/// <summary>The log of NVIDIA's compiler, as drivers of several years write it.</summary>
internal sealed class JitLogTests
{
    private const string Assembler = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'kernel' for 'sm_90'
        ptxas info    : Function properties for kernel
        ptxas         .     224 bytes stack frame, 284 bytes spill stores, 532 bytes spill loads
        ptxas warning : Registers are spilled to local memory in function 'kernel', 284 bytes spill stores, 532 bytes spill loads
        ptxas info    : Used 24 registers, used 1 barriers, 16 bytes smem, 480 bytes cmem[0], 8 bytes cmem[2]
        ptxas info    : Compile time = 1.234 ms
        """;

    private const string Linker = """
        info    : 40 bytes gmem
        info    : Function properties for 'kernel':
        info    : used 24 registers, 0 stack, 0 bytes smem, 400 bytes cmem[0], 0 bytes lmem
        """;

    [Test]
    public void Spills_are_read_where_the_log_tells_them() => Assert.Multiple(() =>
    {
        Assert.That(JitLog.Spills(Assembler), Is.EqualTo(((int, int)?)(284, 532)));
        Assert.That(JitLog.Spills(Assembler + "\n" + Assembler), Is.EqualTo(((int, int)?)(568, 1064)), "a helper function's count, too");
        Assert.That(JitLog.Spills(Linker), Is.Null);
        Assert.That(JitLog.Spills(""), Is.Null);
    });

    [TestCase("ptxas application ptx input, line 2; error   : Unexpected instruction types", "line 2 of the PTX, \"two\"")]
    [TestCase("ptxas application ptx input, line 3; fatal   : Parsing error near '.x'", "line 3 of the PTX, \"three\"")]
    [TestCase("ptxas application ptx input, line 1; warning : Unused\nptxas application ptx input, line 2; error   : Bad",
        "line 2 of the PTX, \"two\"")]
    [TestCase("ptxas application ptx input, line 9; error   : Beyond", null)]
    [TestCase("ptxas fatal   : Ptx assembly aborted due to errors", null)]
    public void The_line_that_is_refused_is_read_from_the_log(string log, string? line) =>
        Assert.That(JitLog.OffendingLine(log, "one\n  two\nthree"), Is.EqualTo(line));

    [Test]
    public void A_log_is_read_to_its_zero_or_to_the_end_of_a_full_buffer() => Assert.Multiple(() =>
    {
        Assert.That(JitLog.Text("said\n\0old"u8), Is.EqualTo("said"));
        Assert.That(JitLog.Text("full"u8), Is.EqualTo("full"));
        Assert.That(JitLog.Text(new byte[8]), Is.Empty);
    });
}
