namespace VaeGpu.Kernels.Step;

/// <summary>‖g‖ = √Σg² over all gradients of a model, left in the control block for <see cref="Optimizers.Adam"/> to clip by.</summary>
/// <remarks>
/// <para>gradients (length), norms (⌈length/<see cref="Chunk"/>⌉). Of chunks first, then the norm of those norms: the same bits whatever
/// the groups. Σg² overflows from ‖g‖ = 2⁶⁴ on; Σ(2⁻⁸⁰g)² is carried beside it and taken then, so that the norm of finite
/// gradients is finite: it is for such gradients that one clips. NaN stays.</para>
/// <para>Chunks: group i has chunk i. Whole: one group. Each in the order, and with twice the 1024 shared bytes and the barriers, of
/// <see cref="RowReduction"/>. 5 FLOPs for 4 bytes read: memory-bound, a seventh of what Adam moves. Tests: ClippingTests.</para>
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
        float norm = Norm(
            gradients, start, rest < Chunk ? rest : Chunk, SharedMemory.Allocate<float>(RowReduction.Width),
            SharedMemory.Allocate<float>(RowReduction.Width));
        if (Group.IdxX == 0)
            norms[Grid.IdxX] = norm;
    }

    /// <summary>The norm of the chunks' norms, to <see cref="ControlBlock.GradientNorm"/>; launch it with one group.</summary>
    public static void Whole(ArrayView<float> norms, ArrayView<ControlBlock> control, int chunks)
    {
        float norm = Norm(
            norms, 0, chunks, SharedMemory.Allocate<float>(RowReduction.Width), SharedMemory.Allocate<float>(RowReduction.Width));
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

    private static float Norm(ArrayView<float> values, int start, int count, ArrayView<float> plain, ArrayView<float> scaled)
    {
        int width = RowReduction.WidthFor(count);
        for (int first = 0; first < width; first += Group.DimX)
        {
            float sum = 0f, scaledSum = 0f;
            for (int block = first; block < count; block += width)
            {
                int index = block + Group.IdxX;
                float value = index < count ? values[start + index] : 0f;
                float small = Down * value;
                sum = MathF.FusedMultiplyAdd(value, value, sum);
                scaledSum = MathF.FusedMultiplyAdd(small, small, scaledSum);
            }
            plain[first + Group.IdxX] = sum;
            scaled[first + Group.IdxX] = scaledSum;
        }
        float total = RowReduction.Tree(plain, width);
        float large = Up * MathF.Sqrt(RowReduction.Tree(scaled, width));
        return total <= float.MaxValue ? MathF.Sqrt(total) : large > float.MaxValue ? float.MaxValue : large;
    }
}
