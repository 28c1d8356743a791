namespace VaeGpu.Bench.Measuring;

/// <summary>
/// Inputs where what is measured does not depend on them, though zeros and NaN could be faster or slower than numbers. Steps train on
/// <see cref="Figures.TrainingImages"/>.
/// </summary>
internal static class Data
{
    /// <summary>Normal numbers, the same in every run.</summary>
    public static float[] Normal(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>Uniform numbers in [0, 1), the same in every run.</summary>
    public static float[] Uniform(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextSingle();
        return values;
    }

    /// <summary>Bytes, the same in every run.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
