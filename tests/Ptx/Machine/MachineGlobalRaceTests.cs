using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>
/// Races in global memory, planted in launches of two groups of 64 threads: %r8 is the group, %r9 the thread, %rd8 a buffer of 256 zeros,
/// %rd9 the thread's word in its group's 64, %rd10 the thread's word in the first 64; %p1 holds in group 0, %p2 in thread 0, %p3 in both.
/// </summary>
internal sealed class MachineGlobalRaceTests
{
    private static string Text(string body) => MachineText.Module($$"""
        .shared .align 16 .b8 s[1024];
        ld.param.u64 %rd8, [a];
        mov.u32 %r8, %ctaid.x;
        mov.u32 %r9, %tid.x;
        mad.lo.u32 %r10, %r8, 64, %r9;
        mul.wide.u32 %rd9, %r10, 4;
        add.s64 %rd9, %rd9, %rd8;
        mul.wide.u32 %rd10, %r9, 4;
        add.s64 %rd10, %rd10, %rd8;
        setp.eq.u32 %p1, %r8, 0;
        setp.eq.u32 %p2, %r9, 0;
        setp.eq.u32 %p3, %r10, 0;
        {{body}}
        """, ".param .u64 a");

    private static (PtxMemory Memory, ulong Buffer) Launched(string body, int groups = 2, int threads = 64, int times = 1)
    {
        PtxMemory memory = new();
        ulong buffer = MachineText.Upload<uint>(memory, new uint[256]);
        for (int i = 0; i < times; i++)
        {
            PtxEntry entry = PtxModule.Parse(Text(body)).Entry("k");
            new PtxMachine(memory).Launch(entry, (groups, 1, 1), (threads, 1, 1), 0, MachineText.Block(buffer));
        }
        return (memory, buffer);
    }

    private static PtxFault Fault(string body, int groups = 2) => Assert.Throws<PtxFault>(() => Launched(body, groups))!;

    private static void Runs(string body, int groups = 2, int times = 1) =>
        Assert.That(() => Launched(body, groups, times: times), Throws.Nothing);

    [Test]
    public void A_race_of_two_groups_names_both_threads_and_the_place()
    {
        const string code = "@%p3 st.global.u32 [%rd8+8], 1;\nsetp.eq.u32 %p4, %r10, 67;\n@%p4 ld.global.u32 %r0, [%rd8+8];";
        PtxFault fault = Fault(code);
        Assert.Multiple(() =>
        {
            Assert.That((fault.Kind, fault.Kernel, fault.Group.X, fault.Thread.X), Is.EqualTo((PtxFaultKind.Race, "k", 1, 3)));
            Assert.That(fault.Address, Is.Not.Null);
            Assert.That(fault.Line, Is.EqualTo(MachineText.LineOf(Text(code), "@%p4 ld.global")));
            Assert.That(fault.Message, Does.Contain("reads global memory (byte 8 of the 1024 from 0x")
                .And.Contain("that thread (0, 0, 0) of group (0, 0, 0) wrote, and groups do not wait for each other")
                .And.Contain("group (1, 0, 0), thread (3, 0, 0)"));
        });
    }

    [TestCase("st.global.u32 [%rd10], %r8;", TestName = "Groups race: both write")]
    [TestCase("st.global.u32 [%rd10], 7;", TestName = "Groups race: both write one value")]
    [TestCase("@%p3 st.global.u32 [%rd8], 1; @!%p1 ld.global.u32 %r0, [%rd8];", TestName = "Groups race: write, then read")]
    [TestCase("ld.global.u32 %r0, [%rd8]; @!%p1 st.global.u32 [%rd10], 1;", TestName = "Groups race: read, then write by a reader")]
    [TestCase("ld.global.u32 %r0, [%rd10]; bar.sync 0; @!%p1 st.global.u32 [%rd10], 1;",
        TestName = "Groups race: a barrier is a group's own")]
    [TestCase("@%p1 st.global.u32 [%rd10], 1; membar.gl; @!%p1 ld.global.u32 %r0, [%rd10];", TestName = "Groups race: a fence alone")]
    [TestCase("@%p1 st.global.u32 [%rd8], 1; @!%p1 st.global.v4.u32 [%rd8], {%r8, %r8, %r8, %r8};", TestName = "Groups race: a wide write")]
    [TestCase("@%p3 st.global.u32 [%rd8], 1; setp.eq.u32 %p4, %r10, 64; @%p4 st.global.u8 [%rd8+2], 1;",
        TestName = "Groups race: a byte of a written word")]
    [TestCase("@%p3 st.global.u8 [%rd8+2], 1; setp.eq.u32 %p4, %r10, 64; @%p4 ld.global.u32 %r0, [%rd8];",
        TestName = "Groups race: a word with a written byte")]
    [TestCase("@%p3 st.global.u32 [%rd8], 1; cvta.global.u64 %rd1, %rd8; @!%p1 ld.u32 %r0, [%rd1];",
        TestName = "Groups race: generic address")]
    [TestCase("red.global.add.u32 [%rd8], 1; setp.eq.u32 %p4, %r10, 127; @%p4 ld.global.u32 %r0, [%rd8];",
        TestName = "Groups race: atomics, then a plain read by the last")]
    [TestCase("setp.eq.u32 %p4, %r10, 127; @%p3 ld.global.u32 %r0, [%rd8]; @%p4 red.global.add.u32 [%rd8], 1;",
        TestName = "Groups race: plain read, then an atomic")]
    [TestCase("@%p3 st.global.u32 [%rd8], 0; @!%p1 red.global.add.u32 [%rd8], 1;", TestName = "Groups race: plain write, then an atomic")]
    [TestCase("atom.relaxed.cta.global.add.u32 %r0, [%rd8], 1;", TestName = "Groups race: atomics of the group's scope")]
    [TestCase("@%p1 ld.volatile.global.u32 %r0, [%rd10]; @!%p1 st.global.u32 [%rd10], 1;",
        TestName = "Groups race: volatile against plain")]
    [TestCase("@%p1 ld.global.u32 %r0, [%rd10]; @!%p1 st.relaxed.gpu.global.u32 [%rd10], 1;",
        TestName = "Groups race: plain against relaxed")]
    [TestCase("@%p1 red.global.add.u32 [%rd8], 1; @!%p1 red.global.add.u64 [%rd8], 1;", TestName = "Groups race: atomics of two widths")]
    [TestCase("@%p3 st.global.u32 [%rd8], 1; setp.eq.u32 %p4, %r10, 64; @%p4 cp.async.ca.shared.global [s], [%rd8], 16;",
        TestName = "Groups race: an asynchronous copy")]
    public void A_race_of_two_groups_is_found(string code) => Assert.That(Fault(code).Kind, Is.EqualTo(PtxFaultKind.Race));

    [TestCase("st.global.u32 [%rd8], 7;", TestName = "A group races: all write one value")]
    [TestCase("st.global.u32 [%rd9], 1; @%p2 ld.global.u32 %r0, [%rd9+4];", TestName = "A group races: write, then read by a lane")]
    [TestCase("ld.global.u32 %r0, [%rd8]; @%p2 st.global.u32 [%rd8], 1;", TestName = "A group races: read by all, write by one")]
    [TestCase("@%p2 ld.global.u32 %r0, [%rd9+128]; st.global.u32 [%rd9], 1;", TestName = "A group races: two warps")]
    [TestCase("st.global.u32 [%rd9], 1; bar.warp.sync -1; @%p2 ld.global.u32 %r0, [%rd9+128];",
        TestName = "A group races: a warp's barrier")]
    [TestCase("red.global.add.u32 [%rd8], 1; setp.eq.u32 %p4, %r9, 63; @%p4 ld.global.u32 %r0, [%rd8];",
        TestName = "A group races: atomics, then a plain read by the last")]
    public void A_race_within_a_group_is_found(string code)
    {
        PtxFault fault = Fault(code, groups: 1);
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.Race));
        Assert.That(fault.Message, Does.Contain("with no barrier between").And.Not.Contain("do not wait"));
    }

    [TestCase("st.global.u32 [%rd9], 1; bar.sync 0; @%p2 ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd9+128];")]
    [TestCase("st.global.u32 [%rd9], 1; bar.warp.sync -1; @%p2 ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd9];")]
    [TestCase("ld.global.u32 %r0, [%rd9]; add.u32 %r0, %r0, 1; st.global.u32 [%rd9], %r0; ld.global.u32 %r0, [%rd9];")]
    [TestCase("red.global.add.u32 [%rd9], 1; bar.sync 0; ld.global.u32 %r0, [%rd9];")]
    [TestCase("red.relaxed.cta.global.add.u32 [%rd9], 1; bar.sync 0; st.global.u32 [%rd9], 1;")]
    public void What_a_barrier_or_the_program_orders_is_no_race(string code) => Runs(code);

    [TestCase("ld.global.u32 %r0, [%rd8];", TestName = "No race: all read")]
    [TestCase("red.global.add.u32 [%rd8], 1;", TestName = "No race: all add atomically")]
    [TestCase("atom.global.max.u32 %r0, [%rd8], %r9; ld.relaxed.gpu.global.u32 %r0, [%rd8];",
        TestName = "No race: atomics and strong reads")]
    [TestCase("@%p3 st.volatile.global.u32 [%rd8], 1; ld.volatile.global.u32 %r0, [%rd8];", TestName = "No race: all volatile")]
    [TestCase("ld.volatile.global.u32 %r0, [%rd8]; ld.global.u32 %r0, [%rd8];", TestName = "No race: strong and weak reads")]
    [TestCase("cvt.u64.u32 %rd1, %r10; add.u64 %rd1, %rd1, %rd8; st.global.u8 [%rd1], 1; ld.global.u8 %r0, [%rd1];",
        TestName = "No race: bytes of one word")]
    public void What_groups_may_do_to_one_word_is_no_race(string code) => Runs(code);

    [Test]
    public void Atomics_of_the_groups_scope_agree_within_it() => Runs("atom.relaxed.cta.global.add.u32 %r0, [%rd8], 1;", groups: 1);

    [Test]
    public void Launches_follow_each_other()
    {
        Runs("ld.global.u32 %r0, [%rd8]; ld.global.u32 %r0, [%rd8+4]; @%p3 red.global.add.u32 [%rd8+8], 1;", times: 2);
        (PtxMemory memory, ulong buffer) = Launched("st.global.u32 [%rd10], 1;", groups: 1, threads: 256);
        PtxEntry reader = PtxModule.Parse(Text("xor.b32 %r1, %r9, 5; mul.wide.u32 %rd1, %r1, 4; add.s64 %rd1, %rd1, %rd8;"
            + "ld.global.u32 %r0, [%rd1]; bar.sync 0; st.global.u32 [%rd1], %r0;")).Entry("k");
        for (int launch = 0; launch < 2; launch++)
            Assert.That(() => new PtxMachine(memory).Launch(reader, (1, 1, 1), (32, 1, 1), 0, MachineText.Block(buffer)), Throws.Nothing);
    }

    [Test]
    public void A_read_as_constant_names_who_wrote()
    {
        PtxFault fault = Fault("@%p3 st.global.u32 [%rd8], 1; @!%p1 ld.global.nc.v2.u32 {%r0, %r1}, [%rd8];");
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.ReadOnly));
        Assert.That(fault.Message, Does.Contain("ld.global.nc of memory that thread (0, 0, 0) of group (0, 0, 0) wrote"));
        Assert.That(Fault("ld.global.nc.u32 %r0, [%rd9]; st.global.u32 [%rd9], 1;").Kind, Is.EqualTo(PtxFaultKind.ReadOnly));
    }

    [Test]
    public void The_source_of_a_copy_in_flight_may_not_change()
    {
        const string copy = "@%p2 cp.async.ca.shared.global [s], [%rd8], 16;";
        const string write = "setp.eq.u32 %p4, %r9, 9; @%p4 st.global.u32 [%rd8], 1;";
        const string wait = "cp.async.wait_all;", barrier = "bar.sync 0;";
        Assert.Multiple(() =>
        {
            Assert.That(Fault(copy + "@%p2 st.global.u32 [%rd8+4], 1;" + wait, 1).Kind, Is.EqualTo(PtxFaultKind.AsyncCopy));
            Assert.That(Fault(copy + barrier + write + wait, 1).Kind, Is.EqualTo(PtxFaultKind.AsyncCopy));
            Assert.That(Fault(copy + barrier + wait + write, 1).Kind, Is.EqualTo(PtxFaultKind.Race));
        });
        Runs("@%p2 st.global.u32 [%rd8], 1;" + copy + wait + barrier + write, groups: 1);
    }
}
