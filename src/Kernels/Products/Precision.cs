using ILGPU.Runtime.Cuda;

namespace VaeGpu.Kernels.Products;

/// <summary>The numbers that matrix products multiply; they add in fp32 whatever they multiply.</summary>
public enum Precision
{
    /// <summary>32 bits, the same results on every device.</summary>
    Fp32,
    /// <summary>32 bits with 10 of 23 bits of the fraction, on tensor cores.</summary>
    Tf32,
    /// <summary>16 bits with 7 of 23 bits of the fraction, on tensor cores.</summary>
    Bf16,
}

/// <summary>
/// How factors are rounded and a warp multiplies 16 rows by 8 columns. An instruction takes 4 words of 32 bits of the left factor from each
/// lane and 2 of the right one: (l/4, l%4), (l/4 + 8, l%4), (l/4, 4 + l%4), (l/4 + 8, 4 + l%4) and (l%4, l/4), (4 + l%4, l/4), counting
/// the depth in words; of the sums it has (l/4, 2(l%4)), (l/4, 2(l%4) + 1), and the same 8 rows further on.
/// </summary>
/// <remarks>Layouts of fragments: PTX ISA, "Matrix Fragments for mma.m16n8k8" and "m16n8k16".</remarks>
public interface ITensorPrecision
{
    /// <summary>Numbers of a word of 32 bits, neighbors in the depth.</summary>
    static abstract int NumbersPerWord { get; }
    /// <summary>Words of a lane of the left factor's 16 rows over 16 of the depth.</summary>
    static abstract int LeftWords { get; }
    /// <summary>Words of a lane of the right factor's 8 columns over 16 of the depth.</summary>
    static abstract int RightWords { get; }
    /// <summary>Rounds the numbers of a word; the second is not looked at where there is one.</summary>
    static abstract uint Pack(float low, float high);
    /// <summary>
    /// Rounds a lane's 8 numbers of the left factor over 16 of the depth: for each half h of it (l/4, 8h + l%4), (l/4 + 8, 8h + l%4),
    /// (l/4, 8h + 4 + l%4) and (l/4 + 8, 8h + 4 + l%4).
    /// </summary>
    static abstract void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to);
    /// <summary>Rounds a lane's 4 numbers of the right factor: (8h + l%4, l/4) and (8h + 4 + l%4, l/4) for each half h.</summary>
    static abstract void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to);
    /// <summary>sums += left·right, one instruction.</summary>
    static abstract void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b);
}

/// <summary>tf32, rounded to nearest, halves away from zero; an instruction takes 8 of the depth.</summary>
public struct Tf32 : ITensorPrecision
{
    public static int NumbersPerWord => 1;
    public static int LeftWords => 8;
    public static int RightWords => 4;

    public static uint Pack(float low, float high)
    {
        CudaAsm.Emit("cvt.rna.tf32.f32 %0, %1;", out uint rounded, low);
        return rounded;
    }

    public static void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 8; i++)
            words[to + i] = Pack(numbers[from + i], 0f);
    }

    public static void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 4; i++)
            words[to + i] = Pack(numbers[from + i], 0f);
    }

    public static void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b)
    {
        Ref<float> d0 = sums[sum], d1 = sums[sum + 1], d2 = sums[sum + 2], d3 = sums[sum + 3];
        Input<uint> a0 = left[a], a1 = left[a + 1], a2 = left[a + 2], a3 = left[a + 3], b0 = right[b], b1 = right[b + 1];
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref d0, ref d1, ref d2, ref d3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        sums[sum] = d0.Value;
        sums[sum + 1] = d1.Value;
        sums[sum + 2] = d2.Value;
        sums[sum + 3] = d3.Value;
    }
}

/// <summary>bf16, rounded to nearest, halves to even; an instruction takes 16 of the depth.</summary>
/// <remarks>
/// Numbers that a lane packs itself are not neighbors: it takes the depth in the order 0, 4, 1, 5 … within each half, in both factors
/// alike, so that it finds its pairs among its own numbers.
/// </remarks>
public struct Bf16 : ITensorPrecision
{
    public static int NumbersPerWord => 2;
    public static int LeftWords => 4;
    public static int RightWords => 2;

    public static uint Pack(float low, float high)
    {
        CudaAsm.Emit("cvt.rn.bf16x2.f32 %0, %1, %2;", out uint pair, high, low);
        return pair;
    }

    public static void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 4; i++)
            words[to + i] = Pack(numbers[from + i / 2 * 4 + i % 2], numbers[from + i / 2 * 4 + i % 2 + 2]);
    }

    public static void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 2; i++)
            words[to + i] = Pack(numbers[from + 2 * i], numbers[from + 2 * i + 1]);
    }

    public static void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b)
    {
        Ref<float> d0 = sums[sum], d1 = sums[sum + 1], d2 = sums[sum + 2], d3 = sums[sum + 3];
        Input<uint> a0 = left[a], a1 = left[a + 1], a2 = left[a + 2], a3 = left[a + 3], b0 = right[b], b1 = right[b + 1];
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref d0, ref d1, ref d2, ref d3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        sums[sum] = d0.Value;
        sums[sum + 1] = d1.Value;
        sums[sum + 2] = d2.Value;
        sums[sum + 3] = d3.Value;
    }
}
