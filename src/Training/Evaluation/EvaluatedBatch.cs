using System.Runtime.InteropServices;

namespace VaeGpu.Training.Evaluation;

/// <summary>What an evaluation keeps of a batch, on its way from the process that computed it to the others.</summary>
/// <param name="Running">The sums of <see cref="Importance.Accumulate"/>, (rows, 4).</param>
/// <param name="Encoded">[μ | logσ²] of each row, (rows, 2d).</param>
/// <param name="Prior">The prior's numbers of each row, (rows, 0), (rows, d) or (rows, 2d).</param>
/// <param name="Tails">Pareto's k̂ of each row's weights; empty where there are too few draws.</param>
internal sealed record EvaluatedBatch(float[] Running, float[] Encoded, float[] Prior, double[] Tails)
{
    /// <summary>Rows of the batch.</summary>
    public int Rows => Running.Length / Importance.RunningSums;

    /// <summary>The numbers of the batch, behind their counts.</summary>
    public byte[] ToBytes()
    {
        ReadOnlySpan<int> counts = [Running.Length, Encoded.Length, Prior.Length, Tails.Length];
        return
        [
            .. MemoryMarshal.AsBytes(counts), .. MemoryMarshal.AsBytes(Running.AsSpan()), .. MemoryMarshal.AsBytes(Encoded.AsSpan()),
            .. MemoryMarshal.AsBytes(Prior.AsSpan()), .. MemoryMarshal.AsBytes(Tails.AsSpan()),
        ];
    }

    /// <summary>The batch that <see cref="ToBytes"/> wrote.</summary>
    public static EvaluatedBatch Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> counts = MemoryMarshal.Cast<byte, int>(bytes[..(4 * sizeof(int))]);
        bytes = bytes[(4 * sizeof(int))..];
        return new(
            Take<float>(ref bytes, counts[0]), Take<float>(ref bytes, counts[1]), Take<float>(ref bytes, counts[2]),
            Take<double>(ref bytes, counts[3]));
    }

    private static T[] Take<T>(ref ReadOnlySpan<byte> bytes, int count) where T : unmanaged
    {
        int length = count * Unsafe.SizeOf<T>();
        T[] numbers = MemoryMarshal.Cast<byte, T>(bytes[..length]).ToArray();
        bytes = bytes[length..];
        return numbers;
    }
}
