using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>
/// The most floating-point operations that cores give: chains of fused multiply-adds that do not depend on each other, in
/// registers, at a vector width. Written by hand, not with the compiler under test: it is the ruler.
/// </summary>
/// <remarks>Twelve chains cover a latency of four cycles on two units, with room to spare, and fit 16 registers.</remarks>
internal sealed class FmaPeak : IDisposable
{
    private const int Chains = 12;
    /// <summary>About 2 ms: long against the barrier around it.</summary>
    public const int ManyRounds = 1 << 20;

    private static float sink;
    private readonly Crew crew;
    private readonly int lanes, rounds;

    /// <param name="threads">Cores that compute at once.</param>
    /// <param name="lanes">Floats in a vector: 16, 8 or 4.</param>
    /// <param name="rounds">Rounds of a run.</param>
    public FmaPeak(int threads, int lanes, int rounds = ManyRounds)
    {
        (this.lanes, this.rounds) = (lanes, rounds);
        crew = new Crew(threads, _ => Compute());
    }

    /// <summary>Operations of one run; a fused multiply-add is two.</summary>
    public double Flops => 2.0 * Chains * lanes * rounds * crew.Threads;

    /// <summary>Computes on all threads; done when it returns.</summary>
    public void Run() => crew.Run();

    /// <inheritdoc/>
    public void Dispose() => crew.Dispose();

    private void Compute() => sink = lanes switch { 16 => Compute512(rounds), 8 => Compute256(rounds), _ => Compute128(rounds) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute512(int rounds)
    {
        Vector512<float> m = Vector512.Create(0.999f), s = Vector512.Create(0.001f);
        Vector512<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, m, s); b = Vector512.FusedMultiplyAdd(b, m, s); c = Vector512.FusedMultiplyAdd(c, m, s);
            d = Vector512.FusedMultiplyAdd(d, m, s); e = Vector512.FusedMultiplyAdd(e, m, s); f = Vector512.FusedMultiplyAdd(f, m, s);
            g = Vector512.FusedMultiplyAdd(g, m, s); h = Vector512.FusedMultiplyAdd(h, m, s); i = Vector512.FusedMultiplyAdd(i, m, s);
            j = Vector512.FusedMultiplyAdd(j, m, s); k = Vector512.FusedMultiplyAdd(k, m, s); l = Vector512.FusedMultiplyAdd(l, m, s);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute256(int rounds)
    {
        Vector256<float> m = Vector256.Create(0.999f), s = Vector256.Create(0.001f);
        Vector256<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, m, s); b = Vector256.FusedMultiplyAdd(b, m, s); c = Vector256.FusedMultiplyAdd(c, m, s);
            d = Vector256.FusedMultiplyAdd(d, m, s); e = Vector256.FusedMultiplyAdd(e, m, s); f = Vector256.FusedMultiplyAdd(f, m, s);
            g = Vector256.FusedMultiplyAdd(g, m, s); h = Vector256.FusedMultiplyAdd(h, m, s); i = Vector256.FusedMultiplyAdd(i, m, s);
            j = Vector256.FusedMultiplyAdd(j, m, s); k = Vector256.FusedMultiplyAdd(k, m, s); l = Vector256.FusedMultiplyAdd(l, m, s);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute128(int rounds)
    {
        Vector128<float> m = Vector128.Create(0.999f), s = Vector128.Create(0.001f);
        Vector128<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector128.FusedMultiplyAdd(a, m, s); b = Vector128.FusedMultiplyAdd(b, m, s); c = Vector128.FusedMultiplyAdd(c, m, s);
            d = Vector128.FusedMultiplyAdd(d, m, s); e = Vector128.FusedMultiplyAdd(e, m, s); f = Vector128.FusedMultiplyAdd(f, m, s);
            g = Vector128.FusedMultiplyAdd(g, m, s); h = Vector128.FusedMultiplyAdd(h, m, s); i = Vector128.FusedMultiplyAdd(i, m, s);
            j = Vector128.FusedMultiplyAdd(j, m, s); k = Vector128.FusedMultiplyAdd(k, m, s); l = Vector128.FusedMultiplyAdd(l, m, s);
        }
        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
