using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Lanes that part meet again where their ways do, in whatever order the text has its blocks.</summary>
internal sealed class MachineLayoutTests
{
    private static int Odd(int i) => i % 2;

    [Test]
    public void A_join_may_stand_before_what_leads_to_it()
    {
        uint[] result = MachineText.Threads("""
            and.b32 %r1, %r9, 1;
            setp.eq.u32 %p1, %r1, 0;
            bra.uni begin;
            join:
            bar.sync 0;
            activemask.b32 %r2;
            popc.b32 %r2, %r2;
            add.u32 %r0, %r0, %r2;
            bra.uni done;
            begin:
            @%p1 bra even;
            mov.u32 %r0, 100;
            bra join;
            even:
            mov.u32 %r0, 200;
            bra join;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => Odd(i) == 1 ? 132u : 232u)));
    }

    [Test]
    public void Lanes_begin_a_loop_anew_together_from_whichever_place()
    {
        uint[] result = MachineText.Threads("""
            mov.u32 %r0, 0;
            mov.u32 %r1, 0;
            and.b32 %r2, %r9, 1;
            setp.eq.u32 %p2, %r2, 1;
            head:
            setp.ge.u32 %p1, %r1, 5;
            @%p1 bra.uni done;
            bar.sync 0;
            add.u32 %r1, %r1, 1;
            @%p2 bra head;
            add.u32 %r0, %r0, %r1;
            bra.uni head;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => Odd(i) == 1 ? 0u : 15u)));
    }

    [Test]
    public void Lanes_that_leave_a_loop_wait_behind_all_of_it()
    {
        uint[] result = MachineText.Threads("""
            mov.u32 %r0, 0;
            outer:
            mov.u32 %r1, 0;
            bra.uni inner;
            left:
            bar.sync 0;
            add.u32 %r0, %r0, 1;
            setp.ge.u32 %p1, %r0, 3;
            @%p1 bra.uni done;
            bra.uni outer;
            inner:
            setp.ge.u32 %p2, %r1, %r9;
            @%p2 bra left;
            add.u32 %r1, %r1, 1;
            bra.uni inner;
            """);
        Assert.That(result, Is.All.EqualTo(3));
    }

    [Test]
    public void A_loop_with_two_entries_runs()
    {
        uint[] result = MachineText.Threads("""
            mov.u32 %r0, 0;
            setp.lt.u32 %p1, %r9, 16;
            @%p1 bra second;
            first:
            add.u32 %r0, %r0, 1;
            second:
            add.u32 %r0, %r0, 10;
            setp.lt.u32 %p2, %r0, 30;
            @%p2 bra first;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => i < 16 ? 32u : 33u)));
    }

    [Test]
    public void Parting_at_a_uniform_branch_is_a_finding_unless_it_is_allowed()
    {
        string text = MachineText.Module("""
            ld.param.u64 %rd9, [out];
            mov.u32 %r9, %tid.x;
            setp.eq.u32 %p1, %r9, 1;
            @%p1 bra.uni one;
            bra.uni end;
            one:
            st.global.u32 [%rd9], %r9;
            end:
            """, ".param .u64 out");
        PtxMemory memory = new();
        ulong output = MachineText.Upload<uint>(memory, [0]);
        PtxMachine machine = new(memory);
        PtxEntry entry = PtxModule.Parse(text).Entry("k");
        void Launch() => machine.Launch(entry, (1, 1, 1), (32, 1, 1), 0, MachineText.Block(output));
        Assert.That(Assert.Throws<PtxFault>(Launch)!.Kind, Is.EqualTo(PtxFaultKind.Undefined));
        machine.AllowDivergence = true;
        Assert.That(Launch, Throws.Nothing);
        Assert.That(MachineText.Read<uint>(memory, output, 1), Is.EqualTo(new[] { 1u }));
    }
}
