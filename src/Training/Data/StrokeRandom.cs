namespace VaeGpu.Training.Data;

/// <summary>
/// SplitMix64 started at a point that depends on (seed, index) alone: every image has its own stream, whatever thread draws it.
/// </summary>
internal struct StrokeRandom(ulong seed, ulong index)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong state = Mix(seed + Step) ^ Mix(Mix(index + Step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Next() => Mix(state += Step);

    /// <summary>A whole number from 0 to <paramref name="bound"/> − 1, each as likely to within 2⁻³².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>Uniform in [0, 1), in steps of 2⁻²⁴.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Uniform() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>
    /// Bell-shaped with mean 0 and deviation 1, never beyond ±2√3: the sum of four uniform 16-bit numbers, 4/12 its variance.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Bell()
    {
        var bits = Next();
        var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        return (sum - 2 * 0xFFFF) * (1.7320508f / 0xFFFF);
    }
}
