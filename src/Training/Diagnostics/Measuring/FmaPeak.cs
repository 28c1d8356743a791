using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>
/// The most floating-point operations that cores give: chains of fused multiply-adds that do not depend on each other, at a vector
/// width. Written by hand, not with the compiler under test: it is the ruler.
/// </summary>
/// <remarks>
/// Twelve chains cover a latency of four cycles on two units, with room to spare, and fit 16 registers. Every second multiply-add reads one
/// operand from the first cache, as a product's do. An x64 core that is idle executes as many of them per cycle as of multiply-adds of
/// registers alone (not all cores sustain two loads of 512 bits in a cycle). A busy second hardware thread slows the former more, and
/// so it shows.
/// </remarks>
internal sealed unsafe class FmaPeak : IDisposable
{
    private const int Chains = 12;
    /// <summary>Bytes of a line of the cache. Rounds begin at one of two in turn, so that no load can be moved out of the loop.</summary>
    private const int Line = 64;
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

    private void Compute()
    {
        const int length = (Chains + 1) * 16, alignment = 2 * Line;
        float* memory = stackalloc float[length + alignment / sizeof(float)];
        float* factors = (float*)((nuint)memory + alignment - 1 & ~(nuint)(alignment - 1));
        new Span<float>(factors, length).Fill(0.999f);
        sink = lanes switch
        {
            16 => Compute512(rounds, factors), 8 => Compute256(rounds, factors), _ => Compute128(rounds, factors),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute512(int rounds, float* m)
    {
        Vector512<float> s = Vector512.Create(0.001f), t = Vector512.Create(0.999f);
        Vector512<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            m = (float*)((nuint)m ^ Line);
            a = Vector512.FusedMultiplyAdd(a, Vector512.Load(m), s); b = Vector512.FusedMultiplyAdd(b, t, s);
            c = Vector512.FusedMultiplyAdd(c, Vector512.Load(m + 32), s); d = Vector512.FusedMultiplyAdd(d, t, s);
            e = Vector512.FusedMultiplyAdd(e, Vector512.Load(m + 64), s); f = Vector512.FusedMultiplyAdd(f, t, s);
            g = Vector512.FusedMultiplyAdd(g, Vector512.Load(m + 96), s); h = Vector512.FusedMultiplyAdd(h, t, s);
            i = Vector512.FusedMultiplyAdd(i, Vector512.Load(m + 128), s); j = Vector512.FusedMultiplyAdd(j, t, s);
            k = Vector512.FusedMultiplyAdd(k, Vector512.Load(m + 160), s); l = Vector512.FusedMultiplyAdd(l, t, s);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute256(int rounds, float* m)
    {
        Vector256<float> s = Vector256.Create(0.001f), t = Vector256.Create(0.999f);
        Vector256<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            m = (float*)((nuint)m ^ Line);
            a = Vector256.FusedMultiplyAdd(a, Vector256.Load(m), s); b = Vector256.FusedMultiplyAdd(b, t, s);
            c = Vector256.FusedMultiplyAdd(c, Vector256.Load(m + 16), s); d = Vector256.FusedMultiplyAdd(d, t, s);
            e = Vector256.FusedMultiplyAdd(e, Vector256.Load(m + 32), s); f = Vector256.FusedMultiplyAdd(f, t, s);
            g = Vector256.FusedMultiplyAdd(g, Vector256.Load(m + 48), s); h = Vector256.FusedMultiplyAdd(h, t, s);
            i = Vector256.FusedMultiplyAdd(i, Vector256.Load(m + 64), s); j = Vector256.FusedMultiplyAdd(j, t, s);
            k = Vector256.FusedMultiplyAdd(k, Vector256.Load(m + 80), s); l = Vector256.FusedMultiplyAdd(l, t, s);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Compute128(int rounds, float* m)
    {
        Vector128<float> s = Vector128.Create(0.001f), t = Vector128.Create(0.999f);
        Vector128<float> a = s, b = s, c = s, d = s, e = s, f = s, g = s, h = s, i = s, j = s, k = s, l = s;
        for (int round = 0; round < rounds; round++)
        {
            m = (float*)((nuint)m ^ Line);
            a = Vector128.FusedMultiplyAdd(a, Vector128.Load(m), s); b = Vector128.FusedMultiplyAdd(b, t, s);
            c = Vector128.FusedMultiplyAdd(c, Vector128.Load(m + 8), s); d = Vector128.FusedMultiplyAdd(d, t, s);
            e = Vector128.FusedMultiplyAdd(e, Vector128.Load(m + 16), s); f = Vector128.FusedMultiplyAdd(f, t, s);
            g = Vector128.FusedMultiplyAdd(g, Vector128.Load(m + 24), s); h = Vector128.FusedMultiplyAdd(h, t, s);
            i = Vector128.FusedMultiplyAdd(i, Vector128.Load(m + 32), s); j = Vector128.FusedMultiplyAdd(j, t, s);
            k = Vector128.FusedMultiplyAdd(k, Vector128.Load(m + 40), s); l = Vector128.FusedMultiplyAdd(l, t, s);
        }
        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
