namespace VaeGpu.Kernels.Step;

/// <summary>
/// A permutation of 0 … n−1 that is computed, not stored: a keyed Feistel network (Luby and Rackoff 1988) over the smallest
/// 4ʰ ≥ n, walked until it falls below n (Black and Rogaway 2002, "cycle walking").
/// </summary>
/// <remarks>
/// A Feistel round (left, right) → (right, left ⊕ F(right)) is a bijection whatever F is, so the network is one of 4ʰ numbers,
/// and following its cycles from below n to below n again is one of n. Fewer than four walks are expected. Test: StepTests.
/// </remarks>
public static class Shuffle
{
    private const int Rounds = 8;

    /// <summary>The smallest h with 4ʰ ≥ <paramref name="count"/>.</summary>
    public static int HalfBits(int count)
    {
        int half = 1;
        while ((1L << (2 * half)) < count)
            half++;
        return half;
    }

    /// <summary>Where the permutation of (seed, epoch) takes <paramref name="position"/>.</summary>
    /// <param name="position">In [0, <paramref name="count"/>).</param>
    /// <param name="count">n.</param>
    /// <param name="halfBits">h, from <see cref="HalfBits"/>.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">Each epoch has an order of its own.</param>
    public static int Permute(int position, int count, int halfBits, uint seed, int epoch)
    {
        RandomWords key = Philox.Draw(seed, RandomPurpose.Shuffle, (uint)epoch, 0);
        uint value = (uint)position;
        do
            value = Network(value, halfBits, key);
        while (value >= (uint)count);
        return (int)value;
    }

    private static uint Network(uint value, int halfBits, RandomWords key)
    {
        uint mask = (1u << halfBits) - 1;
        uint left = value >> halfBits;
        uint right = value & mask;
        uint roundKey = key.A;
        for (int round = 0; round < Rounds; round++)
        {
            uint next = left ^ (Mix(right ^ roundKey, key) & mask);
            left = right;
            right = next;
            roundKey += key.B | 1;
        }
        return (left << halfBits) | right;
    }

    private static uint Mix(uint x, RandomWords key)
    {
        x = (x + key.C) * 0x85EBCA6B;
        x ^= x >> 13;
        x = (x ^ key.D) * 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
