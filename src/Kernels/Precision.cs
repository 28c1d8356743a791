namespace VaeGpu.Kernels;

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
/// How a warp multiplies 16 rows by 8 columns over 16 of the depth. What lane l holds of the left operand, before rounding, are 8
/// numbers: for each half h of the depth (l/4, 8h + l%4), (l/4 + 8, 8h + l%4), (l/4, 8h + 4 + l%4) and (l/4 + 8, 8h + 4 + l%4); of the
/// right operand 4: (8h + l%4, l/4) and (8h + 4 + l%4, l/4); of the sums 4: (l/4, 2(l%4)), (l/4, 2(l%4) + 1), and 8 rows further on.
/// </summary>
/// <remarks>Layouts of fragments: PTX ISA, "Matrix Fragments for mma.m16n8k8" and "m16n8k16".</remarks>
public interface ITensorPrecision
{
    /// <summary>32-bit registers of the left operand's fragment.</summary>
    static abstract int LeftWords { get; }
    /// <summary>32-bit registers of the right operand's fragment.</summary>
    static abstract int RightWords { get; }
    /// <summary>Rounds the left operand's 8 numbers.</summary>
    static abstract void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to);
    /// <summary>Rounds the right operand's 4 numbers.</summary>
    static abstract void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to);
    /// <summary>sums += left·right.</summary>
    static abstract void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b);
}

/// <summary>tf32, rounded to nearest, halves away from zero: two products over 8.</summary>
public struct Tf32 : ITensorPrecision
{
    public static int LeftWords => 8;
    public static int RightWords => 4;

    public static void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 8; i++)
            words[to + i] = Round(numbers[from + i]);
    }

    public static void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 4; i++)
            words[to + i] = Round(numbers[from + i]);
    }

    public static void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b)
    {
        for (int half = 0; half < 2; half++)
        {
            Ref<float> d0 = sums[sum], d1 = sums[sum + 1], d2 = sums[sum + 2], d3 = sums[sum + 3];
            Input<uint> a0 = left[a + 4 * half], a1 = left[a + 4 * half + 1], a2 = left[a + 4 * half + 2], a3 = left[a + 4 * half + 3];
            Input<uint> b0 = right[b + 2 * half], b1 = right[b + 2 * half + 1];
            CudaAsm.EmitRef("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
                ref d0, ref d1, ref d2, ref d3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
            sums[sum] = d0.Value;
            sums[sum + 1] = d1.Value;
            sums[sum + 2] = d2.Value;
            sums[sum + 3] = d3.Value;
        }
    }

    private static uint Round(float number)
    {
        CudaAsm.Emit("cvt.rna.tf32.f32 %0, %1;", out uint rounded, number);
        return rounded;
    }
}

/// <summary>
/// bf16, rounded to nearest, halves to even: one product over 16. It takes the depth in the order 0, 4, 1, 5 … within each half, on both
/// sides alike, so that a lane finds its pairs among its own numbers.
/// </summary>
public struct Bf16 : ITensorPrecision
{
    public static int LeftWords => 4;
    public static int RightWords => 2;

    public static void PackLeft(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 4; i++)
            words[to + i] = Pair(numbers[from + i / 2 * 4 + i % 2], numbers[from + i / 2 * 4 + i % 2 + 2]);
    }

    public static void PackRight(ArrayView<float> numbers, int from, ArrayView<uint> words, int to)
    {
        for (int i = 0; i < 2; i++)
            words[to + i] = Pair(numbers[from + 2 * i], numbers[from + 2 * i + 1]);
    }

    public static void MultiplyAdd(ArrayView<float> sums, int sum, ArrayView<uint> left, int a, ArrayView<uint> right, int b)
    {
        Ref<float> d0 = sums[sum], d1 = sums[sum + 1], d2 = sums[sum + 2], d3 = sums[sum + 3];
        Input<uint> a0 = left[a], a1 = left[a + 1], a2 = left[a + 2], a3 = left[a + 3], b0 = right[b], b1 = right[b + 1];
        CudaAsm.EmitRef("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref d0, ref d1, ref d2, ref d3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        sums[sum] = d0.Value;
        sums[sum + 1] = d1.Value;
        sums[sum + 2] = d2.Value;
        sums[sum + 3] = d3.Value;
    }

    private static uint Pair(float low, float high)
    {
        CudaAsm.Emit("cvt.rn.bf16x2.f32 %0, %1, %2;", out uint pair, high, low);
        return pair;
    }
}
