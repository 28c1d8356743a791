namespace VaeGpu.Training.Data;

/// <summary>Holds a seventh of a data set out that comes without a held-out part.</summary>
internal static class SeededSplit
{
    /// <summary>The examples of <see cref="Rows"/>.</summary>
    /// <exception cref="DataException">There is one example only.</exception>
    public static DataSplit Of(string name, ExampleSet all, ulong seed, bool whole = false)
    {
        var (train, test) = Rows(name, all.Count, seed, whole);
        return new DataSplit(name, all.Select(train), all.Select(test)) { IsSeeded = true };
    }

    /// <summary>
    /// Shuffles the numbers of examples by <paramref name="seed"/>; the last ⌈count/7⌉ are held out. Where <paramref name="whole"/> is
    /// asked
    /// for, all are, in their order.
    /// </summary>
    /// <exception cref="DataException">There is one example only.</exception>
    public static (int[] Train, int[] Test) Rows(string name, int count, ulong seed, bool whole)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (whole)
            return ([], order);
        if (count < 2)
            throw new DataException($"The data \"{name}\" has {count} example; at least two are needed, one to train on and one to "
                + "hold out.");
        var random = new StrokeRandom(seed, 0x5EED);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        var train = count - (count + 6) / 7;
        return (order[..train], order[train..]);
    }
}
