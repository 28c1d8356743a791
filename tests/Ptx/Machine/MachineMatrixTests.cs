using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Matrix products, matrix loads and asynchronous copies.</summary>
internal sealed class MachineMatrixTests
{
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
            mma.sync.aligned.m16n8k{{k}}.row.col.f32.{{type}}.{{type}}.f32
                {%f4, %f5, %f6, %f7}, { {{left}} }, { {{right}} }, {%f0, %f1, %f2, %f3};
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
            _ => (float)(System.Half)value,
        };

        uint Bits(float[] matrix, int place, int step)
        {
            uint First(int at) => type switch
            {
                "tf32" => BitConverter.SingleToUInt32Bits(matrix[at]),
                "bf16" => BitConverter.SingleToUInt32Bits(matrix[at]) >> 16,
                _ => BitConverter.HalfToUInt16Bits((System.Half)matrix[at]),
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
            bar.sync 0;
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
            bar.sync 0;
            ld.shared.v2.u32 {%r4, %r5}, [%r1+8];
            mul.lo.u32 %r0, %r3, 100;
            add.u32 %r0, %r0, %r4;
            add.u32 %r0, %r0, %r5;
            """, threads: 31);
        Assert.That(result[30], Is.EqualTo(3030));
    }
}
