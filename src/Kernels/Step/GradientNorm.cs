namespace VaeGpu.Kernels.Step;

/// <summary>‖g‖ = √Σg² over all gradients of a model, left in the control block for <see cref="Optimizers.Adam"/> to clip by.</summary>
/// <remarks>
/// <para>gradients (length), norms (⌈length/<see cref="Chunk"/>⌉). Of chunks first, then the norm of those norms: the same bits whatever
/// the groups. Σg² overflows from ‖g‖ = 2⁶⁴ on; then Σ(2⁻⁸⁰g)² is taken, so that the norm of finite gradients is finite: it is for such
/// gradients that one clips. It is not computed beside the first sum, since it underflows, which some processors handle a hundred times as
/// slowly. NaN stays.</para>
/// <para>Chunks: group i has chunk i. Whole: one group. Both sum in the order of <see cref="RowReduction"/> and take twice its
/// 1024 shared bytes. 2 FLOPs for 4 bytes read: memory-bound, a seventh of what Adam moves. Tests: ClippingTests.</para>
/// </remarks>
public static class GradientNorm
{
    /// <summary>Elements of a chunk: they fit the first cache, and 16 of them fall to each partial sum.</summary>
    public const int Chunk = 16 * RowReduction.Width;

    private const float Down = 8.27180613e-25f; // 2⁻⁸⁰
    private const float Up = 1.20892582e24f;

    /// <summary>The norm of each chunk; launch it with one group for each.</summary>
    public static void Chunks(ArrayView<float> gradients, ArrayView<float> norms, int length)
    {
        int start = Grid.IdxX * Chunk;
        int rest = length - start;
        float norm = Norm(gradients, start, rest < Chunk ? rest : Chunk);
        if (Group.IdxX == 0)
            norms[Grid.IdxX] = norm;
    }

    /// <summary>The norm of the chunks' norms, to <see cref="ControlBlock.GradientNorm"/>; launch it with one group.</summary>
    public static void Whole(ArrayView<float> norms, ArrayView<ControlBlock> control, int chunks)
    {
        float norm = Norm(norms, 0, chunks);
        if (Group.IdxX == 0)
            control[0].GradientNorm = norm;
    }

    /// <summary>
    /// gradients ← gradients·c/‖g‖ where ‖g‖ is above c, in place: with an optimizer that does not clip, the unfused twin of one that does.
    /// Threads as those of <see cref="Optimizers.Adam"/>.
    /// </summary>
    public static void Clip(ArrayView<float> gradients, ArrayView<ControlBlock> control, FlatShape shape, float clipNorm)
    {
        float factor = ClipFactor(control[0], clipNorm);
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
                gradients[index] = factor * gradients[index];
        }
    }

    /// <summary>What gradients are multiplied by.</summary>
    internal static float ClipFactor(ControlBlock now, float clipNorm) =>
        clipNorm > 0f & now.GradientNorm > clipNorm ? clipNorm / now.GradientNorm : 1f;

    private static float Norm(ArrayView<float> values, int start, int count)
    {
        float total = RowReduction.Sum<Square, FourTerms>(new Square { Values = values, Start = start }, count);
        if (total <= float.MaxValue)
            return MathF.Sqrt(total);
        float large = Up * MathF.Sqrt(RowReduction.Sum(new ScaledSquare { Values = values, Start = start }, count));
        return large > float.MaxValue ? float.MaxValue : large;
    }

    private struct Square : IRowTerm
    {
        public ArrayView<float> Values;
        public int Start;

        public readonly float AddTo(float sum, int column) =>
            MathF.FusedMultiplyAdd(Values[Start + column], Values[Start + column], sum);
    }

    private struct ScaledSquare : IRowTerm
    {
        public ArrayView<float> Values;
        public int Start;

        public readonly float AddTo(float sum, int column)
        {
            float small = Down * Values[Start + column];
            return MathF.FusedMultiplyAdd(small, small, sum);
        }
    }
}
