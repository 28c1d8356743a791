namespace VaeGpu.Training.Data;

/// <summary>
/// Writes one digit after another: a way of writing it, a hand (slant, turn, width, bend), a tremble of every point, a pen. As in MNIST,
/// the strokes fit a box of 20 pixels and their center of mass is the middle of the picture. Used by one thread at a time.
/// </summary>
internal sealed class DigitPainter
{
    private const int Pieces = 4;
    private const float Box = 20;
    private const float Middle = (StrokePen.Side - 1) / 2f;
    private const float Rim = 2;
    private const float Far = StrokePen.Side - 1 - Rim;

    private static readonly float[] Spline = SplineWeights();
    private readonly StrokePen pen = new();
    private readonly float[] xs = new float[DigitSkeletons.MostPoints];
    private readonly float[] ys = new float[DigitSkeletons.MostPoints];
    private readonly float[] thinnings = new float[DigitSkeletons.MostPoints];
    private readonly StrokeSegment[] segments = new StrokeSegment[DigitSkeletons.MostPoints * Pieces];

    /// <summary>Draws digit <paramref name="index"/> of the row of <paramref name="seed"/> and returns its label, 0 to 9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte Paint(ulong seed, ulong index, Span<byte> pixels)
    {
        var random = new StrokeRandom(seed, index);
        var label = random.Below(10);
        var ways = DigitSkeletons.Ways[label];
        var points = ways[random.Below(ways.Length)];
        Write(points, ref random);
        var count = Flatten(points);
        var outer = Math.Max(2.06f + 0.4f * random.Bell(), 1.35f);
        Fit(segments.AsSpan(0, count), Box - outer, ref random);
        pen.Draw(segments.AsSpan(0, count), outer * 0.33f, outer, pixels);
        return (byte)label;
    }

    /// <summary>Places the points as this hand would: trembling, then bent, widened, slanted and turned about the middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(DigitSkeletons.Point[] points, ref StrokeRandom random)
    {
        var slant = 0.18f + 0.22f * random.Bell();
        var half = 0.05f * random.Bell();
        var width = 0.76f + 0.12f * random.Bell();
        float bendX = 0.22f * random.Bell(), bendY = 0.16f * random.Bell(), taper = 0.22f * random.Bell();
        var tremble = 0.018f + 0.026f * random.Uniform();
        // The half-angle form of sine and cosine is exact arithmetic, so the same on every machine.
        float cosine = (1 - half * half) / (1 + half * half), sine = 2 * half / (1 + half * half);
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i].Joins && (points[i].X, points[i].Y) == (points[i - 1].X, points[i - 1].Y))
            {
                (xs[i], ys[i], thinnings[i]) = (xs[i - 1], ys[i - 1], thinnings[i - 1]);
                continue;
            }
            var u = points[i].X - 0.5f + tremble * random.Bell();
            var v = points[i].Y - 0.5f + tremble * random.Bell();
            var x = width * (u * (1 + taper * v) + bendX * v * v) - slant * v;
            var y = v + bendY * u * u;
            xs[i] = cosine * x - sine * y;
            ys[i] = sine * x + cosine * y;
            thinnings[i] = 1 + 0.7f * random.Uniform();
        }
    }

    /// <summary>Cuts the curve through the points (Catmull and Rom) into straight pieces; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Flatten(DigitSkeletons.Point[] points)
    {
        var count = 0;
        for (var i = 1; i < points.Length; i++)
        {
            var same = xs[i] == xs[i - 1] && ys[i] == ys[i - 1];
            if (!points[i].Joins || same)
                continue;
            var before = points[i - 1].Joins ? i - 2 : i - 1;
            var after = i + 1 < points.Length && points[i + 1].Joins ? i + 1 : i;
            float x = xs[i - 1], y = ys[i - 1];
            for (var piece = 1; piece <= Pieces; piece++)
            {
                var w = Spline.AsSpan(4 * piece, 4);
                var toX = w[0] * xs[before] + w[1] * xs[i - 1] + w[2] * xs[i] + w[3] * xs[after];
                var toY = w[0] * ys[before] + w[1] * ys[i - 1] + w[2] * ys[i] + w[3] * ys[after];
                var share = (piece - 0.5f) / Pieces;
                segments[count++] = new StrokeSegment(x, y, toX, toY, thinnings[i - 1] + share * (thinnings[i] - thinnings[i - 1]));
                (x, y) = (toX, toY);
            }
        }
        return count;
    }

    /// <summary>
    /// Scales the strokes' longer side to <paramref name="side"/> pixels and moves their center of mass near the middle, but off the rim.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fit(Span<StrokeSegment> strokes, float side, ref StrokeRandom random)
    {
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        float mass = 0, massX = 0, massY = 0;
        foreach (ref readonly var s in strokes)
        {
            left = Math.Min(left, Math.Min(s.Ax, s.Bx));
            right = Math.Max(right, Math.Max(s.Ax, s.Bx));
            top = Math.Min(top, Math.Min(s.Ay, s.By));
            bottom = Math.Max(bottom, Math.Max(s.Ay, s.By));
            float dx = s.Bx - s.Ax, dy = s.By - s.Ay;
            var length = MathF.Sqrt(dx * dx + dy * dy);
            mass += length;
            massX += length * (s.Ax + s.Bx);
            massY += length * (s.Ay + s.By);
        }
        var scale = side / Math.Max(right - left, bottom - top);
        var moveX = Math.Clamp(Middle + 0.3f * random.Bell() - scale * massX / (2 * mass), Rim - scale * left, Far - scale * right);
        var moveY = Math.Clamp(Middle + 0.3f * random.Bell() - scale * massY / (2 * mass), Rim - scale * top, Far - scale * bottom);
        foreach (ref var s in strokes)
            s = new StrokeSegment(scale * s.Ax + moveX, scale * s.Ay + moveY, scale * s.Bx + moveX, scale * s.By + moveY, s.Thinning);
    }

    /// <summary>Weights of the four points around a span at its cuts t = 0, 1/4 … 1, shape (cut, point).</summary>
    private static float[] SplineWeights()
    {
        var weights = new float[4 * (Pieces + 1)];
        for (var piece = 0; piece <= Pieces; piece++)
        {
            var t = (float)piece / Pieces;
            weights[4 * piece] = 0.5f * t * (-1 + t * (2 - t));
            weights[4 * piece + 1] = 0.5f * (2 + t * t * (-5 + 3 * t));
            weights[4 * piece + 2] = 0.5f * t * (1 + t * (4 - 3 * t));
            weights[4 * piece + 3] = 0.5f * t * t * (-1 + t);
        }
        return weights;
    }
}
