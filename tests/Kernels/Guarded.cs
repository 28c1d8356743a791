using ILGPU.Runtime.CPU;
using VaeGpu.Tests.Ptx.Ilgpu;

namespace VaeGpu.Tests.Kernels;

/// <summary>A buffer between two guard bands of NaN; reading it back checks that the bands are untouched.</summary>
internal sealed class Guarded : IDisposable
{
    // Odd, so that nothing is aligned by chance; but ILGPU takes views that are cast to wider elements to be aligned to them.
    private readonly int band;
    private const uint Poison = 0x7fc0dead;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> buffer;
    private readonly int length;

    /// <summary>A buffer with the given contents.</summary>
    public Guarded(Accelerator accelerator, float[] contents)
    {
        length = contents.Length;
        band = accelerator is CPUAccelerator or IlgpuPtxAccelerator ? 64 : 67;
        var all = new float[length + 2 * band];
        Array.Fill(all, BitConverter.UInt32BitsToSingle(Poison));
        contents.CopyTo(all, band);
        buffer = accelerator.Allocate1D(all);
    }

    /// <summary>A buffer of NaN, for results.</summary>
    public Guarded(Accelerator accelerator, int length) : this(accelerator, Poisoned(length)) { }

    /// <summary>The part between the bands.</summary>
    public ArrayView<float> View => buffer.View.SubView(band, length);

    /// <summary>The contents.</summary>
    public float[] Read()
    {
        float[] all = buffer.GetAsArray1D();
        for (int i = 0; i < band; i++)
        {
            Assert.That(BitConverter.SingleToUInt32Bits(all[i]), Is.EqualTo(Poison), $"{band - i} elements before the buffer");
            Assert.That(BitConverter.SingleToUInt32Bits(all[band + length + i]), Is.EqualTo(Poison), $"{i + 1} elements behind the buffer");
        }
        return all[band..(band + length)];
    }

    public void Dispose() => buffer.Dispose();

    private static float[] Poisoned(int length)
    {
        var values = new float[length];
        Array.Fill(values, BitConverter.UInt32BitsToSingle(Poison));
        return values;
    }
}

/// <summary>Random inputs from a fresh seed that the test prints; set <c>VAEGPU_TEST_SEED</c> to repeat one.</summary>
internal sealed class Inputs
{
    private readonly Random random;

    public Inputs()
    {
        string? wanted = Environment.GetEnvironmentVariable("VAEGPU_TEST_SEED");
        int seed = wanted is null ? Random.Shared.Next() : int.Parse(wanted);
        TestContext.Out.WriteLine($"VAEGPU_TEST_SEED={seed}");
        random = new Random(seed);
    }

    /// <summary>Normal numbers.</summary>
    public float[] Normal(int count, double deviation = 1) => Fill(count, () =>
        (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));

    /// <summary>Uniform numbers in [0, 1).</summary>
    public float[] Uniform(int count) => Fill(count, random.NextSingle);

    /// <summary>Any bytes.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static float[] Fill(int count, Func<float> draw)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = draw();
        return values;
    }
}

/// <summary>Comparisons of whole arrays.</summary>
internal static class Compare
{
    /// <summary>Bit for bit.</summary>
    public static void Bits(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToUInt32Bits(actual[i]) != BitConverter.SingleToUInt32Bits(expected[i]))
                Assert.Fail($"{what}: element {i} is {actual[i]:R} ({BitConverter.SingleToUInt32Bits(actual[i]):x8}), "
                    + $"not {expected[i]:R} ({BitConverter.SingleToUInt32Bits(expected[i]):x8})");
        }
    }

    /// <summary>Within a tolerance relative to the largest of the exact value's magnitude and <paramref name="scale"/>.</summary>
    public static void Close(float[] actual, Func<int, double> exact, double tolerance, double scale, string what) =>
        Sums(actual, i => [exact(i)], tolerance, scale, what);

    /// <summary>
    /// Sums of exact terms, within a tolerance relative to the largest of <paramref name="scale"/> and the sum of the terms' magnitudes.
    /// </summary>
    public static void Sums(float[] actual, Func<int, IEnumerable<double>> terms, double tolerance, double scale, string what)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double[] exact = [.. terms(i)];
            double sum = exact.Sum(), error = Math.Abs(actual[i] - sum) / Math.Max(exact.Sum(Math.Abs), scale);
            if (!(error <= tolerance))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, not {sum:R}: relative error {error:E2}");
        }
    }
}
