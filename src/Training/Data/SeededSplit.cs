namespace VaeGpu.Training.Data;

/// <summary>Holds a seventh of a data set out that comes without a held-out part.</summary>
internal static class SeededSplit
{
    /// <summary>Shuffles by <paramref name="seed"/>; the last ⌈count/7⌉ examples are held out.</summary>
    /// <exception cref="DataException">There is one example only.</exception>
    public static DataSplit Of(string name, ImageSet all, ulong seed)
    {
        if (all.Count < 2)
            throw new DataException($"The data \"{name}\" has {all.Count} example; two are the least, one to train on and one held out.");
        int[] order = [.. Enumerable.Range(0, all.Count)];
        var random = new StrokeRandom(seed, 0x5EED);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        var train = all.Count - (all.Count + 6) / 7;
        return new DataSplit(name, all.Select(order.AsSpan(0, train)), all.Select(order.AsSpan(train)));
    }
}
