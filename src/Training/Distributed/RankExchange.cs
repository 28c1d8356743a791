namespace VaeGpu.Training.Distributed;

/// <summary>A message to a partner and one from it, in a sum over all ranks.</summary>
/// <param name="Partner">The other rank.</param>
/// <param name="Sent">The values that go.</param>
/// <param name="Received">Where those that come belong: the place of this rank's own values, or free.</param>
/// <param name="Adds">Whether what comes is added to this rank's values; else it takes their place.</param>
/// <param name="PartnerIsFirst">Whether the partner's value is the left summand.</param>
internal readonly record struct RankExchange(int Partner, Segment Sent, Segment Received, bool Adds, bool PartnerIsFirst)
{
    /// <summary>Below so many values a sum is bound by latency, and whole vectors are exchanged: half as many messages.</summary>
    public const int Short = 2048;

    /// <summary>The exchanges by which rank <paramref name="rank"/> adds <paramref name="length"/> values over all ranks.</summary>
    /// <remarks>
    /// <para>Recursive halving and doubling (Thakur, Rabenseifner and Gropp, "Optimization of Collective Communication Operations in
    /// MPICH", 2005), nearest ranks first: in exchange i, ranks that differ in bit i halve the segment that both have, and each adds the
    /// other's values to its half. Those are then the sums of 2ⁱ⁺¹ neighbors, so that the additions are those of the binary tree of
    /// the ranks, ((v₀ + v₁) + (v₂ + v₃)) + …, whatever the length. The same exchanges in reverse hand the finished segments round.</para>
    /// <para>A rank sends 2(R−1)/R·length values, as in a ring, in 2·log₂R messages where a ring has 2(R−1). Short vectors, and those of
    /// two ranks, are exchanged whole: log₂R messages of length values; for two ranks, that is as many bytes.</para>
    /// </remarks>
    public static RankExchange[] Plan(int length, int rank, int size)
    {
        int rounds = int.Log2(size);
        var whole = new Segment(0, length);
        if (length < Short || size == 2)
            return [.. Enumerable.Range(0, rounds).Select(bit => Of(bit, whole, whole, adds: true))];
        var exchanges = new RankExchange[2 * rounds];
        var own = whole;
        for (int bit = 0; bit < rounds; bit++)
        {
            var (lower, upper) = own.Halves();
            (own, var other) = (rank >> bit & 1) == 0 ? (lower, upper) : (upper, lower);
            exchanges[bit] = Of(bit, other, own, adds: true);
            exchanges[^(bit + 1)] = Of(bit, own, other, adds: false);
        }
        return exchanges;

        RankExchange Of(int bit, Segment sent, Segment received, bool adds) =>
            new(rank ^ 1 << bit, sent, received, adds, PartnerIsFirst: (rank >> bit & 1) == 1);
    }
}

/// <summary>A part of a vector.</summary>
/// <param name="First">Its first element.</param>
/// <param name="Length">Its elements.</param>
internal readonly record struct Segment(int First, int Length)
{
    public (Segment Lower, Segment Upper) Halves() =>
        (new(First, Length / 2), new(First + Length / 2, Length - Length / 2));
}
