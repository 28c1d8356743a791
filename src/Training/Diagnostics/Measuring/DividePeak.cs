using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>
/// The most divisions that cores give: independent ones at a vector width. It is the ruler of kernels that divide and take square roots,
/// for which a core has one slow unit. A square root takes at least as long as a division.
/// </summary>
internal sealed class DividePeak : IDisposable
{
    private const int Chains = 6;
    /// <summary>A few milliseconds: long against the barrier around it.</summary>
    private const int Rounds = 1 << 16;

    private static float sink;
    private readonly Crew crew;
    private readonly int lanes;

    /// <param name="threads">Cores that compute at once.</param>
    /// <param name="lanes">Floats in a vector: 16, 8 or 4.</param>
    public DividePeak(int threads, int lanes)
    {
        this.lanes = lanes;
        crew = new Crew(threads, _ => sink = this.lanes switch
        {
            16 => Compute512(), 8 => Compute256(), _ => Compute128(),
        });
    }

    /// <summary>Divisions of one run.</summary>
    public double Divisions => (double)Chains * lanes * Rounds * crew.Threads;

    /// <summary>Computes on all threads; done when it returns.</summary>
    public void Run() => crew.Run();

    /// <inheritdoc/>
    public void Dispose() => crew.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute512()
    {
        Vector512<float> n = Vector512.Create(1.5f), a = Vector512.Create(1.1f), b = a, c = a, d = a, e = a, f = a;
        for (int round = 0; round < Rounds; round++)
            (a, b, c, d, e, f) = (n / a, n / b, n / c, n / d, n / e, n / f);
        return Vector512.Sum(a + b + c + d + e + f);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute256()
    {
        Vector256<float> n = Vector256.Create(1.5f), a = Vector256.Create(1.1f), b = a, c = a, d = a, e = a, f = a;
        for (int round = 0; round < Rounds; round++)
            (a, b, c, d, e, f) = (n / a, n / b, n / c, n / d, n / e, n / f);
        return Vector256.Sum(a + b + c + d + e + f);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute128()
    {
        Vector128<float> n = Vector128.Create(1.5f), a = Vector128.Create(1.1f), b = a, c = a, d = a, e = a, f = a;
        for (int round = 0; round < Rounds; round++)
            (a, b, c, d, e, f) = (n / a, n / b, n / c, n / d, n / e, n / f);
        return Vector128.Sum(a + b + c + d + e + f);
    }
}
