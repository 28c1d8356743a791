using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Many threads: control flow, barriers, warps, memory.</summary>
internal sealed class MachineGroupTests
{
    [Test]
    public void Lanes_diverge_and_meet_again()
    {
        uint[] result = MachineText.Threads("""
            and.b32 %r1, %r9, 1;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 bra even;
            mov.u32 %r0, 100;
            bra join;
            even:
            mov.u32 %r0, 200;
            join:
            activemask.b32 %r2;
            bar.sync 0;
            popc.b32 %r2, %r2;
            add.u32 %r0, %r0, %r2;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => i % 2 == 0 ? 232u : 132u)));
    }

    [Test]
    public void Loops_run_as_often_as_each_lane_says()
    {
        uint[] result = MachineText.Threads("""
            mov.u32 %r0, 0;
            mov.u32 %r1, 0;
            head:
            setp.ge.u32 %p1, %r1, %r9;
            @%p1 bra end;
            add.u32 %r0, %r0, %r1;
            add.u32 %r1, %r1, 1;
            bra.uni head;
            end:
            bar.sync 0;
            shfl.sync.idx.b32 %r3, %r0, 31, 31, -1;
            add.u32 %r0, %r0, %r3;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)((i * (i - 1) / 2) + (31 * 30 / 2)))));
    }

    [Test]
    public void Guards_hold_for_stores_selects_and_returns()
    {
        uint[] result = MachineText.Threads("""
            mov.u32 %r0, 7;
            setp.lt.u32 %p1, %r9, 5;
            @!%p1 mov.u32 %r0, 9;
            setp.eq.u32 %p2, %r9, 3;
            @%p2 st.global.b32 [%rd9], 77;
            @%p2 ret;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => i == 3 ? 77u : i < 5 ? 7u : 9u)));
    }

    [Test]
    public void Shared_memory_carries_values_across_barriers()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 buffer[512];
            shl.b32 %r1, %r9, 2;
            mov.u32 %r2, buffer;
            add.u32 %r1, %r1, %r2;
            st.shared.u32 [%r1], %r9;
            bar.sync 0;
            sub.u32 %r3, 127, %r9;
            shl.b32 %r3, %r3, 2;
            add.u32 %r3, %r3, %r2;
            ld.shared.u32 %r0, [%r3];
            bar.sync 0;
            st.shared.u32 [%r1], 0;
            """, threads: 128);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 128).Select(i => (uint)(127 - i))));
    }

    [Test]
    public void Dynamic_shared_memory_begins_behind_the_static_one()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 fixed[20];
            setp.eq.u32 %p1, %r9, 0;
            mov.u32 %r1, fixed;
            mov.u32 %r2, dynamic;
            sub.u32 %r0, %r2, %r1;
            @%p1 st.shared.v4.u32 [dynamic], {%r9, %r9, %r9, %r9};
            """, dynamicShared: 16, top: ".extern .shared .align 16 .b8 dynamic[];");
        Assert.That(result[0], Is.EqualTo(32));
    }

    [Test]
    public void Barriers_order_reads_by_many_warps_before_a_write_by_one()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 cell[4];
            setp.eq.u32 %p1, %r9, 70;
            setp.eq.u32 %p2, %r9, 5;
            @%p1 st.shared.u32 [cell], 1;
            bar.sync 0;
            ld.shared.u32 %r1, [cell];
            bar.sync 0;
            @%p2 st.shared.u32 [cell], 2;
            bar.sync 0;
            ld.shared.u32 %r0, [cell];
            add.u32 %r0, %r0, %r1;
            """, threads: 128);
        Assert.That(result, Is.All.EqualTo(3u));
    }

    [Test]
    public void Barriers_reduce_predicates()
    {
        uint[] result = MachineText.Threads("""
            setp.lt.u32 %p1, %r9, 40;
            bar.red.popc.u32 %r0, 0, %p1;
            bar.red.and.pred %p2, 0, %p1;
            bar.red.or.pred %p3, 0, !%p1;
            selp.u32 %r1, 1000, 0, %p2;
            add.u32 %r0, %r0, %r1;
            selp.u32 %r1, 2000, 0, %p3;
            add.u32 %r0, %r0, %r1;
            """, threads: 64);
        Assert.That(result, Is.All.EqualTo(2040u));
    }

    [Test]
    public void Named_barriers_join_some_warps()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 cell[4];
            mov.u32 %r0, 0;
            setp.lt.u32 %p1, %r9, 32;
            setp.eq.u32 %p2, %r9, 0;
            @%p1 bra producer;
            setp.ge.u32 %p3, %r9, 64;
            @%p3 bra end;
            barrier.sync 3, 64;
            ld.shared.u32 %r0, [cell];
            bra end;
            producer:
            @%p2 st.shared.u32 [cell], 42;
            barrier.arrive 3, 64;
            end:
            """, threads: 96);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 96).Select(i => i is >= 32 and < 64 ? 42u : 0)));
    }

    [TestCase("shfl.sync.up.b32 %r0|%p1, %r9, 4, 0, -1;", 0)]
    [TestCase("shfl.sync.down.b32 %r0|%p1, %r9, 4, 31, -1;", 1)]
    [TestCase("shfl.sync.bfly.b32 %r0|%p1, %r9, 5, 31, -1;", 2)]
    [TestCase("shfl.sync.idx.b32 %r0|%p1, %r9, 3, 0x181F, -1;", 3)]
    [TestCase("shfl.sync.down.b32 %r0|%p1, %r9, 3, 0x181F, -1;", 4)]
    public void Shuffles_take_the_right_lane(string instruction, int mode)
    {
        uint[] result = MachineText.Threads(instruction + "selp.u32 %r1, 100, 0, %p1; add.u32 %r0, %r0, %r1;");
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(lane =>
        {
            (int from, bool within) = mode switch
            {
                0 => (lane - 4, lane >= 4),
                1 => (lane + 4, lane + 4 < 32),
                2 => (lane ^ 5, true),
                3 => ((lane & 24) + 3, true),
                _ => (lane + 3, (lane & 7) + 3 < 8),
            };
            return (uint)(within ? from + 100 : lane);
        })));
    }

    [Test]
    public void Warps_vote_match_and_reduce()
    {
        uint[] result = MachineText.Threads("""
            setp.lt.u32 %p1, %r9, 8;
            vote.sync.any.pred %p2, %p1, -1;
            vote.sync.all.pred %p3, %p1, -1;
            vote.sync.uni.pred %p4, %p1, -1;
            selp.u32 %r0, 1, 0, %p2;
            selp.u32 %r1, 2, 0, %p3;
            add.u32 %r0, %r0, %r1;
            selp.u32 %r1, 4, 0, %p4;
            add.u32 %r0, %r0, %r1;
            redux.sync.add.u32 %r2, %r9, -1;
            add.u32 %r0, %r0, %r2;
            shr.u32 %r3, %r9, 4;
            match.any.sync.b32 %r4, %r3, -1;
            popc.b32 %r4, %r4;
            add.u32 %r0, %r0, %r4;
            activemask.b32 %r5;
            popc.b32 %r5, %r5;
            add.u32 %r0, %r0, %r5;
            """);
        Assert.That(result, Is.All.EqualTo(1u + (31 * 32 / 2) + 16 + 32));
    }

    [Test]
    public void Halves_of_a_warp_shuffle_apart()
    {
        uint[] result = MachineText.Threads("""
            setp.lt.u32 %p1, %r9, 16;
            @%p1 bra low;
            shfl.sync.bfly.b32 %r0, %r9, 1, 31, 0xFFFF0000;
            bra end;
            low:
            shfl.sync.bfly.b32 %r0, %r9, 2, 31, 0x0000FFFF;
            end:
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)(i < 16 ? i ^ 2 : i ^ 1))));
    }

    [Test]
    public void Atomics_add_up_and_return_the_old_value()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 sum[4];
            setp.eq.u32 %p1, %r9, 0;
            @%p1 st.shared.u32 [sum], 5;
            bar.sync 0;
            atom.shared.add.u32 %r0, [sum], 2;
            red.shared.max.u32 [sum], 0;
            """, threads: 64);
        Assert.That(result.Order(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => 5u + (2 * (uint)i))), "warps come in any order");
    }

    [TestCase("atom.global.inc.u32 %r0, [%rd9], 6;", 6u, 0u)]
    [TestCase("atom.global.dec.u32 %r0, [%rd9], 6;", 0u, 6u)]
    [TestCase("atom.global.cas.b32 %r0, [%rd9], 5, 9;", 5u, 9u)]
    [TestCase("atom.global.cas.b32 %r0, [%rd9], 4, 9;", 5u, 5u)]
    [TestCase("atom.global.exch.b32 %r0, [%rd9], 9;", 5u, 9u)]
    [TestCase("atom.global.min.s32 %r0, [%rd9], -1;", 5u, 0xFFFFFFFFu)]
    [TestCase("atom.relaxed.gpu.global.xor.b32 %r0, [%rd9], 1;", 5u, 4u)]
    [TestCase("atom.global.add.f32 %f0, [%rd9], 0f3F800000; mov.b32 %r0, %f0;", 0x3F800000u, 0x40000000u)]
    [TestCase("atom.global.add.f32 %f0, [%rd9], 0f00000001; mov.b32 %r0, %f0;", 0x80000001u, 0u)]
    public void Atomics_of_each_kind_change_memory_as_the_isa_says(string instruction, uint before, uint after)
    {
        uint[] result = MachineText.Threads(
            $"st.global.u32 [%rd9], {before}; {instruction} ld.global.u32 %r1, [%rd9]; mov.u32 %r2, %r0; mov.u32 %r0, %r1;", threads: 1);
        Assert.That(result[0], Is.EqualTo(after));
    }

    [Test]
    public void Vectors_and_narrow_values_pass_through_local_arrays()
    {
        uint[] result = MachineText.Threads("""
            .local .align 16 .b8 frame[32];
            add.u32 %r1, %r9, 1;
            add.u32 %r2, %r9, 2;
            add.u32 %r3, %r9, 3;
            st.local.v4.u32 [frame], {%r9, %r1, %r2, %r3};
            mov.u32 %r4, frame;
            ld.local.v2.u32 {%r5, %r6}, [%r4+8];
            st.local.u16 [%r4+16], %r6;
            ld.local.s8 %r7, [%r4+16];
            mul.lo.u32 %r0, %r5, 1000;
            add.u32 %r0, %r0, %r7;
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)(((i + 2) * 1000) + i + 3))));
    }

    [Test]
    public void Generic_addresses_reach_every_space()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 4 .b8 cell[128];
            .local .align 4 .b8 own[4];
            cvta.shared.u64 %rd1, cell;
            mul.wide.u32 %rd2, %r9, 4;
            add.u64 %rd1, %rd1, %rd2;
            st.u32 [%rd1], 5;
            cvta.local.u64 %rd3, own;
            st.u32 [%rd3], 6;
            cvta.global.u64 %rd4, %rd9;
            st.u32 [%rd4], 7;
            ld.u32 %r0, [%rd1];
            ld.u32 %r1, [%rd3];
            add.u32 %r0, %r0, %r1;
            ld.u32 %r1, [%rd4];
            add.u32 %r0, %r0, %r1;
            cvta.to.shared.u64 %rd5, %rd1;
            ld.shared.u32 %r1, [%rd5];
            add.u32 %r0, %r0, %r1;
            """);
        Assert.That(result, Is.All.EqualTo(23u));
    }

    [Test]
    public void Special_registers_count_threads_and_groups()
    {
        string text = MachineText.Module("""
            ld.param.u64 %rd1, [out];
            mov.u32 %r1, %ctaid.y;
            mov.u32 %r2, %nctaid.x;
            mov.u32 %r3, %ctaid.x;
            mad.lo.u32 %r1, %r1, %r2, %r3;
            mul.lo.u32 %r1, %r1, 12;
            mov.u32 %r4, %tid.z;
            mov.u32 %r5, %tid.y;
            mov.u32 %r6, %tid.x;
            mad.lo.u32 %r4, %r4, 2, %r5;
            mad.lo.u32 %r4, %r4, 3, %r6;
            add.u32 %r1, %r1, %r4;
            mul.wide.u32 %rd2, %r1, 4;
            add.u64 %rd1, %rd1, %rd2;
            mov.u32 %r7, %laneid;
            st.global.u32 [%rd1], %r7;
            """, ".param .u64 out", bounds: ".reqntid 3, 2, 2");
        PtxMemory memory = new();
        ulong output = memory.Allocate(4 * 12 * 6);
        PtxEntry entry = PtxModule.Parse(text).Entry("k");
        new PtxMachine(memory).Launch(entry, (2, 3, 1), (3, 2, 2), 0, MachineText.Block(output));
        Assert.That(MachineText.Read<uint>(memory, output, 72), Is.EqualTo(Enumerable.Range(0, 72).Select(i => (uint)(i % 12))));
        Assert.That(entry.RequiredThreads, Is.EqualTo((3, 2, 2)));
    }
}
