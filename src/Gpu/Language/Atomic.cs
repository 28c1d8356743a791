namespace VaeGpu.Gpu;

/// <summary>
/// Read-modify-write operations that no other thread can come between. Each gives the value before.
/// Sums of floats by atomics depend on the order of the threads, so kernels here do not use them.
/// </summary>
public static class Atomic
{
    public static int Add(ref int target, int value) => Interlocked.Add(ref target, value) - value;
    public static uint Add(ref uint target, uint value) => Interlocked.Add(ref target, value) - value;
    public static long Add(ref long target, long value) => Interlocked.Add(ref target, value) - value;
    public static float Add(ref float target, float value) => Update(ref target, value, (a, b) => a + b);

    public static int Max(ref int target, int value) => Update(ref target, value, Math.Max);
    public static uint Max(ref uint target, uint value) => Update(ref target, value, Math.Max);
    public static float Max(ref float target, float value) => Update(ref target, value, MathF.Max);
    public static int Min(ref int target, int value) => Update(ref target, value, Math.Min);
    public static uint Min(ref uint target, uint value) => Update(ref target, value, Math.Min);
    public static float Min(ref float target, float value) => Update(ref target, value, MathF.Min);

    public static int And(ref int target, int value) => Interlocked.And(ref target, value);
    public static uint And(ref uint target, uint value) => Interlocked.And(ref target, value);
    public static int Or(ref int target, int value) => Interlocked.Or(ref target, value);
    public static uint Or(ref uint target, uint value) => Interlocked.Or(ref target, value);
    public static int Xor(ref int target, int value) => Update(ref target, value, (a, b) => a ^ b);
    public static uint Xor(ref uint target, uint value) => Update(ref target, value, (a, b) => a ^ b);

    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref target, value);
    public static uint Exchange(ref uint target, uint value) => Interlocked.Exchange(ref target, value);
    public static float Exchange(ref float target, float value) => Interlocked.Exchange(ref target, value);

    /// <summary>Stores <paramref name="value"/> where <paramref name="compare"/> stands.</summary>
    public static int CompareExchange(ref int target, int compare, int value) => Interlocked.CompareExchange(ref target, value, compare);
    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    public static uint CompareExchange(ref uint target, uint compare, uint value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    private static T Update<T>(ref T target, T value, Func<T, T, T> operation) where T : unmanaged
    {
        while (true)
        {
            T before = target;
            if (Interlocked.CompareExchange(ref target, operation(before, value), before).Equals(before))
                return before;
        }
    }
}
