namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Many threads: control flow, barriers, warps, memory, tensor cores.</summary>
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
            vote.sync.ballot.b32 %r2, 1, 0xFFFFFFFF;
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
        uint[] result = MachineText.Threads($"st.global.u32 [%rd9], {before}; {instruction} ld.global.u32 %r1, [%rd9]; mov.u32 %r2, %r0; mov.u32 %r0, %r1;", threads: 1);
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

    [TestCase("tf32", 8)]
    [TestCase("bf16", 16)]
    [TestCase("bf16", 8)]
    [TestCase("f16", 16)]
    public void Matrix_products_match_the_sum_over_k(string type, int k)
    {
        Random random = new(7);
        float[] a = [.. Enumerable.Range(0, 16 * k).Select(_ => Round(random.NextSingle() - 0.5f))];
        float[] b = [.. Enumerable.Range(0, k * 8).Select(_ => Round(random.NextSingle() - 0.5f))];
        float[] c = [.. Enumerable.Range(0, 16 * 8).Select(_ => random.NextSingle())];
        int packed = type == "tf32" ? 1 : 2;
        int words = 16 * k / packed / 32;
        PtxMemory memory = new();
        ulong input = MachineText.Upload<uint>(memory, Fragments(a, b, c));
        ulong output = memory.Allocate(4 * 128);
        string left = string.Join(", ", Enumerable.Range(0, words).Select(i => $"%r{i}"));
        string right = string.Join(", ", Enumerable.Range(words, words / 2).Select(i => $"%r{i}"));
        string text = MachineText.Module($$"""
            ld.param.u64 %rd1, [in];
            ld.param.u64 %rd2, [out];
            mov.u32 %r15, %laneid;
            mul.wide.u32 %rd3, %r15, 4;
            add.u64 %rd1, %rd1, %rd3;
            {{string.Join("\n", Enumerable.Range(0, words * 3 / 2).Select(i => $"ld.global.u32 %r{i}, [%rd1+{128 * i}];"))}}
            {{string.Join("\n", Enumerable.Range(0, 4).Select(i => $"ld.global.f32 %f{i}, [%rd1+{128 * ((words * 3 / 2) + i)}];"))}}
            mma.sync.aligned.m16n8k{{k}}.row.col.f32.{{type}}.{{type}}.f32 {%f4, %f5, %f6, %f7}, { {{left}} }, { {{right}} }, {%f0, %f1, %f2, %f3};
            add.u64 %rd2, %rd2, %rd3;
            {{string.Join("\n", Enumerable.Range(0, 4).Select(i => $"st.global.f32 [%rd2+{128 * i}], %f{i + 4};"))}}
            """, ".param .u64 in, .param .u64 out");
        new PtxMachine(memory).Launch(PtxModule.Parse(text).Entry("k"), (1, 1, 1), (32, 1, 1), 0, MachineText.Block(input, output));
        float[] d = MachineText.Read<float>(memory, output, 128);
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                double sum = c[(row * 8) + column];
                for (int i = 0; i < k; i++)
                    sum += (double)a[(row * k) + i] * b[(i * 8) + column];
                int lane = (row % 8 * 4) + (column / 2);
                int word = (row / 8 * 2) + (column % 2);
                Assert.That(d[(32 * word) + lane], Is.EqualTo((float)sum), $"row {row}, column {column}");
            }
        }

        float Round(float value) => type switch
        {
            "tf32" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFFE000),
            "bf16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
            _ => (float)(Half)value,
        };

        uint Bits(float[] matrix, int place, int step)
        {
            uint First(int at) => type switch
            {
                "tf32" => BitConverter.SingleToUInt32Bits(matrix[at]),
                "bf16" => BitConverter.SingleToUInt32Bits(matrix[at]) >> 16,
                _ => BitConverter.HalfToUInt16Bits((Half)matrix[at]),
            };
            return packed == 1 ? First(place) : First(place) | (First(place + step) << 16);
        }

        // The layouts of the ISA's "Matrix Fragments" pages, written out by operand.
        uint[] Fragments(float[] left, float[] right, float[] sums)
        {
            List<uint> all = [];
            for (int word = 0; word < words; word++)
            {
                for (int lane = 0; lane < 32; lane++)
                {
                    int row = (lane / 4) + (word % 2 * 8);
                    int column = (lane % 4 * packed) + (word / 2 * 4 * packed);
                    all.Add(Bits(left, (row * k) + column, 1));
                }
            }
            for (int word = 0; word < words / 2; word++)
            {
                for (int lane = 0; lane < 32; lane++)
                    all.Add(Bits(right, (((lane % 4 * packed) + (word * 4 * packed)) * 8) + (lane / 4), 8));
            }
            for (int word = 0; word < 4; word++)
            {
                for (int lane = 0; lane < 32; lane++)
                    all.Add(BitConverter.SingleToUInt32Bits(sums[(((lane / 4) + (word / 2 * 8)) * 8) + (lane % 4 * 2) + (word % 2)]));
            }
            return [.. all];
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Matrices_load_by_rows_of_eight(bool transposed)
    {
        uint[] result = MachineText.Threads($$"""
            .shared .align 16 .b8 tile[512];
            mov.u32 %r1, tile;
            shl.b32 %r2, %r9, 4;
            add.u32 %r1, %r1, %r2;
            shl.b32 %r3, %r9, 3;
            {{string.Join("\n", Enumerable.Range(0, 8).Select(i => $"add.u32 %r4, %r3, {i}; st.shared.u16 [%r1+{2 * i}], %r4;"))}}
            bar.sync 0;
            ldmatrix.sync.aligned.m8n8.x4{{(transposed ? ".trans" : "")}}.shared.b16 {%r1, %r2, %r3, %r0}, [%r1];
            """);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(lane =>
        {
            (int row, int column) = (lane / 4, lane % 4 * 2);
            int low = transposed ? (column * 8) + row : (row * 8) + column;
            int high = transposed ? low + 8 : low + 1;
            return (uint)(192 + low) | ((uint)(192 + high) << 16);
        })));
    }

    [Test]
    public void Asynchronous_copies_arrive_when_waited_for()
    {
        uint[] result = MachineText.Threads("""
            .shared .align 16 .b8 tile[1024];
            st.global.u32 [%rd9], %r9;
            mov.u32 %r1, tile;
            shl.b32 %r2, %r9, 4;
            add.u32 %r1, %r1, %r2;
            cp.async.ca.shared.global [%r1], [%rd9], 4;
            cp.async.commit_group;
            and.b64 %rd1, %rd9, -8;
            cp.async.ca.shared.global [%r1+8], [%rd1], 8, 4;
            cp.async.commit_group;
            cp.async.wait_group 1;
            ld.shared.u32 %r3, [%r1];
            cp.async.wait_all;
            ld.shared.v2.u32 {%r4, %r5}, [%r1+8];
            mul.lo.u32 %r0, %r3, 100;
            add.u32 %r0, %r0, %r4;
            add.u32 %r0, %r0, %r5;
            """, threads: 31);
        Assert.That(result[30], Is.EqualTo(3030));
    }

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
        PtxEntry entry = PtxModule.Parse(MachineText.Module("""
            .shared .align 16 .b8 tile[100];
            .local .align 8 .b8 own[12];
            mov.u32 %r1, 5;
            mov.u64 %rd1, 5;
            """, ".param .u8 a, .param .u64 b, .param .f32 c, .param .align 8 .b8 d[12]", bounds: ".maxntid 64, 2, 1 .minnctapersm 3")).Entry("k");
        Assert.Multiple(() =>
        {
            Assert.That(entry.Parameters.Select(parameter => (parameter.Offset, parameter.Size)), Is.EqualTo(new[] { (0, 1), (8, 8), (16, 4), (24, 12) }));
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
