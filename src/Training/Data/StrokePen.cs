using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.Training.Data;

/// <summary>
/// A straight piece of a stroke from (Ax, Ay) to (Bx, By), in pixels. Distances to it are multiplied by √Thinning ≥ 1, which draws it
/// that much thinner.
/// </summary>
public readonly record struct StrokeSegment(float Ax, float Ay, float Bx, float By, float Thinning);

/// <summary>
/// Draws segments as one soft stroke, white on black. With d the least thinned distance from a pixel's center to a segment, and
/// t = clamp((outer − d) / (outer − inner), 0, 1), the pixel is ⌊255·t²(3 − 2t) + ½⌋. Only correctly rounded operations are used, one
/// pixel to a lane, so that every processor draws the same bytes.
/// </summary>
public sealed class StrokePen
{
    /// <summary>Columns and rows of the picture.</summary>
    public const int Side = 28;

    /// <summary>A vector may begin in the last column, so a row has room for the lanes that hang over.</summary>
    private const int Stride = Side + 8;

    private static readonly Vector256<float> Lanes = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);
    private readonly float[] squares = new float[Side * Stride];
    private readonly byte[] bytes = new byte[Side * Side + 4];

    /// <summary>Draws <paramref name="segments"/> into <paramref name="pixels"/>, shape (28·28): white to the distance
    /// <paramref name="inner"/>, black from <paramref name="outer"/> on, in pixels.</summary>
    /// <exception cref="ArgumentException">The picture is not 28×28, or not 0 ≤ inner &lt; outer.</exception>
    public void Draw(ReadOnlySpan<StrokeSegment> segments, float inner, float outer, Span<byte> pixels)
    {
        if (pixels.Length != Side * Side)
            throw new ArgumentException($"The picture has {pixels.Length} pixels, not {Side}×{Side}.", nameof(pixels));
        if (!(inner >= 0 && inner < outer))
            throw new ArgumentException("The pen needs 0 ≤ inner < outer.", nameof(outer));
        squares.AsSpan().Fill(float.MaxValue);
        foreach (ref readonly var segment in segments)
            Approach(segment, outer);
        Ink(inner, outer);
        bytes.AsSpan(0, Side * Side).CopyTo(pixels);
    }

    /// <summary>Lowers the squared distances to those of one segment, where it is near enough to leave ink.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Approach(in StrokeSegment segment, float outer)
    {
        float dx = segment.Bx - segment.Ax, dy = segment.By - segment.Ay;
        var square = dx * dx + dy * dy;
        var inverse = square > 0 ? 1 / square : 0;
        var left = First(Math.Min(segment.Ax, segment.Bx) - outer);
        var right = Last(Math.Max(segment.Ax, segment.Bx) + outer);
        var top = First(Math.Min(segment.Ay, segment.By) - outer);
        var bottom = Last(Math.Max(segment.Ay, segment.By) + outer);
        Vector256<float> vdx = Vector256.Create(dx), vdy = Vector256.Create(dy), slope = Vector256.Create(inverse);
        var thinning = Vector256.Create(segment.Thinning);
        ref var cells = ref MemoryMarshal.GetArrayDataReference(squares);
        for (var column = left; column <= right; column += Vector256<float>.Count)
        {
            var px = Vector256.Create((float)column) + Lanes - Vector256.Create(segment.Ax);
            var along = px * vdx;
            for (var row = top; row <= bottom; row++)
            {
                var py = Vector256.Create(row - segment.Ay);
                var t = (along + py * vdy) * slope;
                t = Vector256.MaxNative(Vector256.MinNative(t, Vector256<float>.One), Vector256<float>.Zero);
                var ex = px - t * vdx;
                var ey = py - t * vdy;
                ref var cell = ref Unsafe.Add(ref cells, row * Stride + column);
                Vector256.MinNative((ex * ex + ey * ey) * thinning, Vector256.LoadUnsafe(ref cell)).StoreUnsafe(ref cell);
            }
        }
    }

    /// <summary>Turns squared distances into gray levels. A row is stored as 32 bytes; the next row covers the four too many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Ink(float inner, float outer)
    {
        var edge = Vector256.Create(outer);
        var inverse = Vector256.Create(1 / (outer - inner));
        ref var cells = ref MemoryMarshal.GetArrayDataReference(squares);
        ref var target = ref MemoryMarshal.GetArrayDataReference(bytes);
        for (var row = 0; row < Side; row++)
        {
            ref var cell = ref Unsafe.Add(ref cells, row * Stride);
            var low = Vector256.Narrow(Level(ref cell, edge, inverse), Level(ref Unsafe.Add(ref cell, 8), edge, inverse));
            var high = Vector256.Narrow(
                Level(ref Unsafe.Add(ref cell, 16), edge, inverse), Level(ref Unsafe.Add(ref cell, 24), edge, inverse));
            Vector256.Narrow(low, high).StoreUnsafe(ref Unsafe.Add(ref target, row * Side));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Level(ref float cell, Vector256<float> edge, Vector256<float> inverse)
    {
        var t = (edge - Vector256.Sqrt(Vector256.LoadUnsafe(ref cell))) * inverse;
        t = Vector256.MaxNative(Vector256.MinNative(t, Vector256<float>.One), Vector256<float>.Zero);
        var level = t * t * (Vector256.Create(3f) - (t + t)) * Vector256.Create(255f) + Vector256.Create(0.5f);
        return Vector256.ConvertToInt32Native(level).AsUInt32();
    }

    /// <summary>The first row or column at or beyond <paramref name="from"/>, kept in the picture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(float from) => from <= 0 ? 0 : (int)Math.Min(from, Side);

    /// <summary>The last row or column up to <paramref name="to"/>, kept in the picture; −1 where all lie beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Last(float to) => to < 0 ? -1 : (int)Math.Min(to, Side - 1);
}
