using MathNet.Numerics.Distributions;

namespace VaeGpu.Training.Inference;

/// <summary>The way from one latent vector to another.</summary>
public enum PathKind
{
    /// <summary>(1 − t)·a + t·b.</summary>
    Linear,

    /// <summary>Along the great circle, the length changing evenly: where the prior has its mass.</summary>
    Spherical,
}

/// <summary>Latent vectors laid out for a picture, shape (rows·columns, d), row after row.</summary>
public static class LatentPaths
{
    /// <summary><paramref name="steps"/> points from <paramref name="a"/> to <paramref name="b"/>, both ends among them.</summary>
    /// <remarks>
    /// Spherical: sin((1 − t)θ)/sin θ · a + sin(tθ)/sin θ · b with the angle θ between a and b (Shoemake 1985); linear where that is
    /// next to 0 or to π.
    /// </remarks>
    public static float[] Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int steps, PathKind kind)
    {
        var path = new float[steps * a.Length];
        var angle = kind == PathKind.Spherical ? Angle(a, b) : 0;
        var sine = Math.Sin(angle);
        for (var step = 0; step < steps; step++)
        {
            var t = steps == 1 ? 0 : step / (steps - 1.0);
            var (first, second) = sine > 1e-4 ? (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine) : (1 - t, t);
            for (var i = 0; i < a.Length; i++)
                path[step * a.Length + i] = (float)(first * a[i] + second * b[i]);
        }
        return path;
    }

    /// <summary>
    /// A row for each of <paramref name="dimensions"/>, in which that coordinate of <paramref name="center"/> goes from −range to
    /// range in <paramref name="steps"/> steps and the others stay.
    /// </summary>
    public static float[] Traverse(ReadOnlySpan<float> center, IReadOnlyList<int> dimensions, int steps, double range)
    {
        var paths = new float[dimensions.Count * steps * center.Length];
        for (var row = 0; row < dimensions.Count; row++)
        {
            for (var step = 0; step < steps; step++)
            {
                var point = paths.AsSpan((row * steps + step) * center.Length, center.Length);
                center.CopyTo(point);
                point[dimensions[row]] = steps == 1 ? 0 : (float)(range * (2.0 * step / (steps - 1) - 1));
            }
        }
        return paths;
    }

    /// <summary>
    /// A square of side² points whose two coordinates are the quantiles (i + ½)/side of N(0, 1), so that each stands for as much of
    /// the prior as any other; the first grows to the right, the second upwards. The other coordinates are 0.
    /// </summary>
    public static float[] Manifold(int dimensions, int horizontal, int vertical, int side)
    {
        var points = new float[side * side * dimensions];
        for (var i = 0; i < side * side; i++)
        {
            points[i * dimensions + horizontal] = (float)Normal.InvCDF(0, 1, (i % side + 0.5) / side);
            points[i * dimensions + vertical] = (float)Normal.InvCDF(0, 1, (side - 1 - i / side + 0.5) / side);
        }
        return points;
    }

    private static double Angle(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
            (dot, aa, bb) = (dot + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return aa * bb > 0 ? Math.Acos(Math.Clamp(dot / Math.Sqrt(aa * bb), -1, 1)) : 0;
    }
}
