namespace VaeGpu.Kernels.Convolutions;

/// <summary>The coarse pixels that see the fine image through a tap, and not the padding: in each direction, a range of them.</summary>
internal static class TapRectangle
{
    /// <summary>The first such pixel: o·stride − padding + tap ≥ 0.</summary>
    public static int First(int tap, ConvShape shape) => (Math.Max(0, shape.Padding - tap) + shape.Stride - 1) / shape.Stride;

    /// <summary>One beyond the last: o·stride − padding + tap below the extent.</summary>
    public static int End(int tap, int fineExtent, int coarseExtent, ConvShape shape) =>
        Math.Min(coarseExtent, (fineExtent - 1 + shape.Padding - tap + shape.Stride) / shape.Stride);
}
