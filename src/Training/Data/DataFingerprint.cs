using System.IO.Hashing;

namespace VaeGpu.Training.Data;

/// <summary>
/// What tells whether data is still that of a run. A hash is XXH128, in hexadecimal, of the examples as they are stored, in their
/// order: gray levels and symbols as bytes, the standardized values of a table as float32.
/// </summary>
/// <param name="Train">The hash of the examples to train on.</param>
/// <param name="HeldOut">The hash of the examples held out.</param>
/// <param name="Labels">The hash of the labels of both and of the names of the classes; null where there are none.</param>
/// <param name="IsSeeded">Whether the held-out part was drawn by the seed, and does not come with the data.</param>
public sealed record DataFingerprint(string Train, string HeldOut, string? Labels, bool IsSeeded)
{
    /// <summary>Numbers that are hashed at a time.</summary>
    private const int SliceNumbers = 1 << 16;

    /// <summary>The fingerprint of <paramref name="data"/>.</summary>
    public static DataFingerprint Of(DataSplit data) => new(Of(data.Train), Of(data.Test), OfLabels(data), data.IsSeeded);

    /// <summary>The hash of all examples.</summary>
    internal static string Of(ExampleSet examples)
    {
        var hash = new XxHash128();
        int most = Math.Max(1, SliceNumbers / examples.Format.Size);
        var slice = new byte[Math.Min(most, examples.Count) * examples.Format.Size * examples.NumberBytes];
        for (int first = 0, count; first < examples.Count; first += count)
        {
            count = Math.Min(most, examples.Count - first);
            Span<byte> stored = slice.AsSpan(0, count * examples.Format.Size * examples.NumberBytes);
            examples.ReadStored(first, stored);
            hash.Append(stored);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The hash of the examples of these numbers, in their order.</summary>
    internal static string Of(ExampleSet examples, ReadOnlySpan<int> indices)
    {
        var hash = new XxHash128();
        var stored = new byte[examples.Format.Size * examples.NumberBytes];
        foreach (int example in indices)
        {
            examples.ReadStored(example, stored);
            hash.Append(stored);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string? OfLabels(DataSplit data) => data.Train.Labels is null ? null : Convert.ToHexStringLower(XxHash128.Hash(
    [
        .. data.Train.Labels, .. data.Test.Labels ?? [], .. Encoding.UTF8.GetBytes(string.Join('\0', data.Train.LabelNames ?? [])),
    ]));
}
