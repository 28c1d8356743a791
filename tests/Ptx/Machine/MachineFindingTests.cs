using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Faults planted in kernels: each is found, with its kind, line, thread and address.</summary>
internal sealed class MachineFindingTests
{
    private static void Finds(PtxFaultKind kind, string culprit, string body, int threads = 32, int dynamicShared = 0, string top = "",
        int target = 80)
    {
        PtxFault fault = MachineText.Fault(body, threads, dynamicShared, top, target: target);
        Assert.Multiple(() =>
        {
            Assert.That(fault.Kind, Is.EqualTo(kind), fault.Message);
            Assert.That(fault.Message, Does.Contain(culprit), "the line's text stands in the message");
            Assert.That(fault.Kernel, Is.EqualTo("k"));
        });
    }

    [TestCase("ld.global.u32 %r0, [%rd9+128];")]
    [TestCase("ld.global.u32 %r0, [%rd9+-4];")]
    [TestCase("st.global.v2.u32 [%rd9+124], {%r9, %r9};")]
    [TestCase("ld.shared.u32 %r0, [%r9];")]
    [TestCase("st.local.u32 [0], %r9;")]
    [TestCase("st.u32 [%rd9+4096], %r9;")]
    [TestCase("atom.global.add.u32 %r0, [%rd9+4096], 1;")]
    public void An_address_outside_of_everything_is_found(string instruction) =>
        Finds(PtxFaultKind.OutOfBounds, instruction, "shl.b64 %rd1, %rd9, 0;" + instruction + " mov.u32 %r0, 0;");

    [Test]
    public void An_overrun_by_the_last_thread_names_it()
    {
        PtxFault fault = MachineText.Fault("st.global.u32 [%rd9+4], %r9; bar.sync 0; mov.u32 %r0, 0;", threads: 64);
        Assert.That((fault.Kind, fault.Thread), Is.EqualTo((PtxFaultKind.OutOfBounds, (63, 0, 0))));
        Assert.That(fault.Address, Is.Not.Null);
    }

    [Test]
    public void Address_arithmetic_in_32_bits_is_found_out()
    {
        string body = """
            cvt.u32.u64 %r1, %rd9;
            add.u32 %r1, %r1, 4096;
            cvt.u64.u32 %rd1, %r1;
            shr.u64 %rd2, %rd9, 32;
            shl.b64 %rd2, %rd2, 32;
            or.b64 %rd1, %rd1, %rd2;
            st.global.u32 [%rd1], %r9;
            mov.u32 %r0, 0;
            """;
        Assert.That(MachineText.Fault(body, threads: 1024).Kind, Is.EqualTo(PtxFaultKind.OutOfBounds));
    }

    [TestCase("st.global.u32 [%rd9+2], %r9;")]
    [TestCase("st.global.v2.u32 [%rd9], {%r9, %r9};")]
    [TestCase("st.shared.u64 [%r1+4], %rd9;")]
    [TestCase("st.local.u16 [%r2+1], %r9;")]
    public void A_misaligned_address_is_found(string instruction) =>
        Finds(PtxFaultKind.Misaligned, instruction,
            ".shared .align 16 .b8 s[256]; .local .align 16 .b8 l[16]; mov.u32 %r1, s; mov.u32 %r2, l;" + instruction + " mov.u32 %r0, 0;");

    [TestCase("ld.global.u32 %r0, [%rd9];")]
    [TestCase("ld.shared.u32 %r0, [s];")]
    [TestCase("ld.local.u32 %r0, [l];")]
    [TestCase("add.u32 %r0, %r5, 1;")]
    [TestCase("@%p7 mov.u32 %r0, 1;")]
    [TestCase("selp.u32 %r0, 1, 2, %p7;")]
    [TestCase("atom.shared.add.u32 %r0, [s], 1;")]
    [TestCase("ld.global.u32 %r0, [%rd5];")]
    public void A_read_of_what_was_never_written_is_found(string instruction) =>
        Finds(PtxFaultKind.Uninitialized, instruction, ".shared .align 4 .b8 s[4]; .local .align 4 .b8 l[4];\n" + instruction
            + "\nmov.u32 %r0, 0;");

    [Test]
    public void A_register_written_in_some_lanes_only_is_unwritten_in_the_others()
    {
        PtxFault fault = MachineText.Fault("setp.lt.u32 %p1, %r9, 20; @%p1 mov.u32 %r1, 5; add.u32 %r0, %r1, 0;");
        Assert.That((fault.Kind, fault.Thread.X), Is.EqualTo((PtxFaultKind.Uninitialized, 20)));
        uint[] fine = MachineText.Threads("setp.lt.u32 %p1, %r9, 20; @%p1 mov.u32 %r1, 5; @!%p1 mov.u32 %r1, 6; add.u32 %r0, %r1, 0;");
        Assert.That(fine[19] + fine[20], Is.EqualTo(11));
    }

    private const string Cells = """
        .shared .align 4 .b8 s[4096];
        mov.u32 %r0, 0;
        mov.u32 %r1, s;
        shl.b32 %r2, %r9, 2;
        add.u32 %r2, %r2, %r1;
        add.u32 %r3, %r9, 1;
        rem.u32 %r3, %r3, 64;
        shl.b32 %r3, %r3, 2;
        add.u32 %r3, %r3, %r1;

        """;

    [TestCase("st.shared.u32 [%r2], 1; @%p1 bra l;\nl: ld.shared.u32 %r0, [%r3];", "ld.shared.u32 %r0, [%r3];",
        TestName = "A race: write, then read of a neighbor")]
    [TestCase("st.shared.u32 [%r2], 1; bar.sync 0; ld.shared.u32 %r0, [%r3]; \nst.shared.u32 [%r2], 2;", "st.shared.u32 [%r2], 2;",
        TestName = "A race: read, then write of a neighbor")]
    [TestCase("st.shared.u32 [s], %r9;", "st.shared.u32 [s], %r9;", TestName = "A race: all write one cell")]
    [TestCase("@%p1 st.shared.u32 [s], 0; bar.sync 0; atom.shared.add.u32 %r0, [s], 1; \nld.shared.u32 %r0, [s];",
        "ld.shared.u32 %r0, [s];", TestName = "A race: atomic, then read")]
    [TestCase("setp.gt.u32 %p2, %r9, 31; @%p2 bra over; \nst.shared.u32 [%r2], 1;\nover: ld.shared.u32 %r0, [s];", "shared.u32",
        TestName = "A race across warps")]
    public void A_race_in_shared_memory_is_found(string code, string culprit) =>
        Finds(PtxFaultKind.Race, culprit, Cells + "setp.eq.u32 %p1, %r9, 0;" + code, threads: 64);

    [Test]
    public void A_race_within_a_warp_ends_at_a_warp_barrier()
    {
        string code = Cells + "st.shared.u32 [%r2], %r9; {0} xor.b32 %r4, %r2, 4; ld.shared.u32 %r0, [%r4];";
        Assert.That(MachineText.Fault(code.Replace("{0}", "")).Kind, Is.EqualTo(PtxFaultKind.Race));
        Assert.That(MachineText.Threads(code.Replace("{0}", "bar.warp.sync -1;"))[5], Is.EqualTo(4));
        string across = code.Replace("{0}", "bar.sync 0; st.shared.u32 [%r2], %r9; bar.warp.sync -1;").Replace("xor.b32 %r4, %r2, 4",
            "xor.b32 %r4, %r2, 128");
        Assert.That(MachineText.Fault(across, threads: 64).Kind, Is.EqualTo(PtxFaultKind.Race),
            "a warp's barrier does not order two warps");
    }

    [Test]
    public void Bytes_of_one_word_do_not_race()
    {
        const string code = """
            .shared .align 4 .b8 s[64];
            mov.u32 %r1, s;
            shl.b32 %r2, %r9, 1;
            add.u32 %r1, %r1, %r2;
            st.shared.u16 [%r1], %r9;
            ld.shared.u16 %r0, [%r1];
            """;
        Assert.That(MachineText.Threads(code)[31], Is.EqualTo(31));
    }

    [TestCase("setp.lt.u32 %p1, %r9, 5; @%p1 bar.sync 0;", "bar.sync 0;", 32)]
    [TestCase("setp.lt.u32 %p1, %r9, 32; @%p1 bar.sync 0;", "@%p1 bar.sync 0;", 64)]
    [TestCase("setp.lt.u32 %p1, %r9, 32; @%p1 bra a; bar.sync 1; bra b; a: bar.sync 0; b:", "bar.sync 0;", 64)]
    [TestCase("setp.lt.u32 %p1, %r9, 3; @%p1 ret; bar.sync 0;", "bar.sync 0;", 64)]
    [TestCase("setp.lt.u32 %p1, %r9, 32; @%p1 ret; bar.sync 0;", "bar.sync 0;", 64)]
    [TestCase("mov.u32 %r1, 48; bar.sync 0, %r1;", "bar.sync 0, %r1;", 64)]
    [TestCase("bar.sync 0, 96;", "bar.sync 0, 96;", 64)]
    [TestCase("bar.sync %r9;", "bar.sync %r9;", 64)]
    [TestCase("setp.lt.u32 %p1, %r9, 3; @%p1 bar.warp.sync 15;", "bar.warp.sync 15;", 32)]
    [TestCase("setp.eq.u32 %p1, %r9, 3; @%p1 ret; vote.sync.ballot.b32 %r1, 1, -1;", "vote.sync.ballot", 32)]
    [TestCase("bar.warp.sync 15;", "bar.warp.sync 15;", 32)]
    [TestCase("shfl.sync.idx.b32 %r1, %r9, 0, 31, -1;", "shfl.sync", 20)]
    public void A_barrier_that_not_all_threads_reach_is_found(string code, string culprit, int threads) =>
        Finds(PtxFaultKind.Barrier, culprit, "mov.u32 %r0, 0;\n" + code, threads);

    [Test]
    public void A_shuffle_from_a_lane_that_takes_no_part_is_found() =>
        Finds(PtxFaultKind.Undefined, "shfl.sync",
            "mov.u32 %r0, 0; setp.lt.u32 %p1, %r9, 16; @%p1 shfl.sync.idx.b32 %r0, %r9, 20, 31, 0xFFFF;");

    [Test]
    public void Memory_that_is_read_as_constant_and_written_is_found()
    {
        Finds(PtxFaultKind.ReadOnly, "ld.global.nc", "st.global.u32 [%rd9], 1;\nld.global.nc.u32 %r0, [%rd9];");
        string text = MachineText.Module("ld.param.u64 %rd1, [a];\nld.global.nc.u32 %r0, [%rd1];\nst.global.u32 [%rd1+{0}], %r0;",
            ".param .u64 a");
        PtxMemory memory = new();
        ulong input = MachineText.Upload<uint>(memory, [1, 2]);
        PtxEntry other = PtxModule.Parse(text.Replace("{0}", "4")).Entry("k");
        for (int launch = 0; launch < 2; launch++)
            new PtxMachine(memory).Launch(other, (1, 1, 1), (1, 1, 1), 0, MachineText.Block(input));
        PtxEntry same = PtxModule.Parse(text.Replace("{0}", "0")).Entry("k");
        PtxFault fault = Assert.Throws<PtxFault>(() =>
            new PtxMachine(memory).Launch(same, (1, 1, 1), (1, 1, 1), 0, MachineText.Block(input)))!;
        Assert.That((fault.Kind, fault.Address), Is.EqualTo((PtxFaultKind.ReadOnly, input)));
    }

    [Test]
    public void A_use_of_bytes_whose_copy_is_in_flight_is_found()
    {
        const string begin =
            ".shared .align 16 .b8 s[16]; mov.u32 %r0, 0; st.global.u32 [%rd9], 1; cp.async.ca.shared.global [s], [%rd9], 4;\n";
        Finds(PtxFaultKind.AsyncCopy, "ld.shared", begin + "ld.shared.u32 %r0, [s];", threads: 1);
        Finds(PtxFaultKind.AsyncCopy, "ld.shared", begin
            + "cp.async.commit_group; cp.async.wait_group 1;\nld.shared.u32 %r0, [s];", threads: 1);
        Finds(PtxFaultKind.AsyncCopy, "st.shared", begin + "st.shared.u32 [s], 0;", threads: 1);
        Finds(PtxFaultKind.Misaligned, "cp.async",
            ".shared .align 16 .b8 s[16]; mov.u32 %r0, 0; cp.async.ca.shared.global [s], [%rd9+4], 8;", threads: 1);
    }

    [Test]
    public void Another_threads_copy_needs_a_barrier_too()
    {
        const string code = """
            .shared .align 16 .b8 s[16];
            mov.u32 %r0, 0;
            st.global.u32 [%rd9], 1;
            setp.eq.u32 %p1, %r9, 0;
            @%p1 cp.async.ca.shared.global [s], [%rd9], 4;
            cp.async.wait_all;
            {0}
            ld.shared.u32 %r0, [s];
            """;
        Assert.That(MachineText.Fault(code.Replace("{0}", "")).Kind, Is.EqualTo(PtxFaultKind.Race));
        Assert.That(MachineText.Threads(code.Replace("{0}", "bar.sync 0;")), Is.All.EqualTo(1u));
    }

    [TestCase("", "div.u32 %r0, 5, %r9;", PtxFaultKind.Undefined)]
    [TestCase("", "rem.s64 %rd1, 5, 0;", PtxFaultKind.Undefined)]
    [TestCase("setp.eq.u32 %p1, %r9, 2;", "@%p1 bra.uni done;", PtxFaultKind.Undefined)]
    [TestCase("", "trap;", PtxFaultKind.Trap)]
    public void What_the_isa_leaves_open_is_found(string before, string code, PtxFaultKind kind) =>
        Finds(kind, code, "mov.u32 %r0, 0;" + before + "\n" + code);

    [Test]
    public void A_loop_without_end_is_stopped()
    {
        string text = MachineText.Module("again: bra again;");
        PtxMachine machine = new(new()) { MaxInstructions = 10_000 };
        PtxFault fault = Assert.Throws<PtxFault>(() => machine.Launch(PtxModule.Parse(text).Entry("k"), (1, 1, 1), (32, 1, 1), 0, []))!;
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.Timeout));
        Assert.That(machine.Instructions, Is.EqualTo(10_000));
    }

    [TestCase(0, 32, 0, 0)]
    [TestCase(1, 16, 0, 0)]
    [TestCase(1, 32, 0, 8)]
    [TestCase(1, 32, 300_000, 0)]
    public void A_launch_that_does_not_fit_the_kernel_is_refused(int grid, int threads, int shared, int parameters)
    {
        PtxEntry entry = PtxModule.Parse(MachineText.Module("", bounds: ".reqntid 32")).Entry("k");
        PtxFault fault = Assert.Throws<PtxFault>(() =>
            new PtxMachine(new()).Launch(entry, (grid, 1, 1), (threads, 1, 1), shared, new byte[parameters]))!;
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.Launch));
    }
}
