using System.Runtime.Intrinsics;

namespace VaeGpu.Layers;

/// <summary>
/// Orthogonal first values (Saxe, McClelland and Ganguli 2014): Q of the QR decomposition of a matrix of normal draws, with R's diagonal
/// positive, which makes all such Q equally likely (Mezzadri 2007).
/// </summary>
/// <remarks>
/// Modified Gram–Schmidt on the host, in double precision and in a fixed order of additions, whatever the processor: normal draws are
/// far from dependent, so that it loses no digit that a float has. 2·long·short² FLOPs.
/// </remarks>
internal static class Orthogonal
{
    /// <summary>A matrix whose shorter side's vectors are orthogonal and <paramref name="gain"/> long, from normal draws.</summary>
    public static float[] Of(float[] draws, int rows, int columns, double gain)
    {
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        bool tall = rows > columns;
        int Place(int vector, int element) => tall ? element * columns + vector : vector * columns + element;
        double[][] vectors = [.. Enumerable.Range(0, count).Select(_ => new double[length])];
        for (int i = 0; i < draws.Length; i++)
            vectors[tall ? i % columns : i / columns][tall ? i / columns : i % columns] = draws[i];
        for (int k = 0; k < count; k++)
        {
            double[] one = vectors[k];
            double norm = Math.Sqrt(Dot(one, one));
            for (int i = 0; i < length; i++)
                one[i] /= norm;
            Parallel.For(k + 1, count, later => Subtract(vectors[later], Dot(one, vectors[later]), one));
        }
        var matrix = new float[draws.Length];
        for (int k = 0; k < count; k++)
        {
            for (int i = 0; i < length; i++)
                matrix[Place(k, i)] = (float)(gain * vectors[k][i]);
        }
        return matrix;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector256<double> sums = default;
        int i = 0;
        for (; i <= a.Length - Vector256<double>.Count; i += Vector256<double>.Count)
            sums += Vector256.Create(a[i..]) * Vector256.Create(b[i..]);
        double sum = sums[0] + sums[1] + (sums[2] + sums[3]);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>a −= factor·b.</summary>
    private static void Subtract(Span<double> a, double factor, ReadOnlySpan<double> b)
    {
        int i = 0;
        for (; i <= a.Length - Vector256<double>.Count; i += Vector256<double>.Count)
            (Vector256.Create((ReadOnlySpan<double>)a[i..]) - factor * Vector256.Create(b[i..])).CopyTo(a[i..]);
        for (; i < a.Length; i++)
            a[i] -= factor * b[i];
    }
}
