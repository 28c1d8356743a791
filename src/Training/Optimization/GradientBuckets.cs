using VaeGpu.Layers;

namespace VaeGpu.Training.Optimization;

/// <summary>A part of a model's gradient that processes exchange at once.</summary>
/// <param name="First">Its first number.</param>
/// <param name="Length">Its numbers.</param>
/// <param name="Last">The tensor whose gradient completes it.</param>
internal sealed record GradientBucket(int First, int Length, ParameterSlice Last);

/// <summary>
/// Cuts a gradient into buckets in the order in which the backward pass completes them: whole layers, neighbors in memory, as many as make
/// a message long enough (Li et al., "PyTorch Distributed", 2020, section 3.2.3).
/// </summary>
internal static class GradientBuckets
{
    /// <summary>Numbers from which on a message costs by its length, not by its start: 1 MiB.</summary>
    private const int LongEnough = 1 << 18;

    /// <summary>The buckets of tensors that are given in the order of the backward pass.</summary>
    public static IEnumerable<GradientBucket> Of(IEnumerable<ParameterSlice> order, int longEnough = LongEnough)
    {
        ParameterSlice? highest = null, lowest = null;
        foreach (ParameterSlice slice in order)
        {
            if (highest is not null && (slice.Index != lowest!.Index - 1 || Length(highest, lowest) >= longEnough))
            {
                yield return Bucket(highest, lowest);
                highest = null;
            }
            highest ??= slice;
            lowest = slice;
        }
        if (highest is not null)
            yield return Bucket(highest, lowest!);
    }

    private static GradientBucket Bucket(ParameterSlice highest, ParameterSlice lowest) =>
        new(lowest.Offset, Length(highest, lowest), lowest);

    private static int Length(ParameterSlice highest, ParameterSlice lowest) => highest.Offset + highest.Length - lowest.Offset;
}
