namespace VaeGpu.Kernels;

/// <summary>What random numbers are drawn for; one key of <see cref="Philox"/> each, so that no two uses share a stream.</summary>
public static class RandomPurpose
{
    /// <summary>The first values of the parameters.</summary>
    public const uint Weights = 1;
    /// <summary>The order of the rows in an epoch.</summary>
    public const uint Shuffle = 2;
    /// <summary>The latent noise ε of training.</summary>
    public const uint Latent = 3;
    /// <summary>The latent noise ε of evaluation.</summary>
    public const uint Evaluation = 4;
    /// <summary>Latent vectors drawn from the prior.</summary>
    public const uint Prior = 5;
    /// <summary>Data drawn from a likelihood.</summary>
    public const uint Data = 6;
    /// <summary>Black and white from gray levels of the data.</summary>
    public const uint Binarize = 7;
}

/// <summary>Four random words: a block of <see cref="Philox"/>.</summary>
public struct RandomWords
{
    /// <summary>The words in order.</summary>
    public uint A, B, C, D;
}

/// <summary>
/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of
/// 128-bit counters under a 64-bit key, ten rounds of two 32×32→64-bit products. It has no state: any thread can compute any
/// number, in any order, again and again.
/// </summary>
/// <remarks>Here the key is (seed, purpose) and the counter (element, step, draw, 0).</remarks>
public static class Philox
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierC = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;
    private const uint WeylB = 0xBB67AE85;
    private const int Rounds = 10;
    private const float TwoToMinus24 = 1f / 16777216f;
    private const float TwoToMinus23 = 1f / 8388608f;

    /// <summary>The block of (seed, purpose) at (step, element).</summary>
    public static RandomWords Draw(uint seed, uint purpose, uint step, uint element) =>
        Block(new RandomWords { A = element, B = step }, seed, purpose);

    /// <summary>The block that the counter and the key give.</summary>
    public static RandomWords Block(RandomWords counter, uint key0, uint key1)
    {
        uint a = counter.A, b = counter.B, c = counter.C, d = counter.D;
        for (int round = 0; round < Rounds; round++)
        {
            ulong productA = (ulong)MultiplierA * a;
            ulong productC = (ulong)MultiplierC * c;
            a = (uint)(productC >> 32) ^ b ^ key0;
            c = (uint)(productA >> 32) ^ d ^ key1;
            b = (uint)productC;
            d = (uint)productA;
            key0 += WeylA;
            key1 += WeylB;
        }
        return new RandomWords { A = a, B = b, C = c, D = d };
    }

    /// <summary>The upper 24 bits of a word as a number in [0, 1).</summary>
    public static float Uniform(uint word) => (int)(word >> 8) * TwoToMinus24;

    /// <summary>The upper 23 bits of a word as a number in (0, 1), symmetric about ½: its log and its complement's are finite.</summary>
    public static float UniformInside(uint word) => ((int)(word >> 9) + 0.5f) * TwoToMinus23;

    /// <summary>A standard normal number from two words (Box and Muller 1958): √(−2 ln(1 − u))·cos 2πv with u, v in [0, 1).</summary>
    /// <remarks>1 − u is at least 2⁻²⁴, so the result lies within ±5.77.</remarks>
    public static float Normal(uint first, uint second)
    {
        float radius = MathF.Sqrt(-2f * Numerics.Logarithm.LogOfNormal(1f - Uniform(first)));
        return radius * Numerics.Turns.Cos(Uniform(second));
    }
}
