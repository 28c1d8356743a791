namespace VaeGpu.Training.Inference;

/// <summary>How well a score tells anomalous examples from others.</summary>
public static class Ranking
{
    /// <summary>
    /// The area under the receiver operating characteristic: the chance that an anomalous example scores higher than another, ties
    /// counting half. By Mann and Whitney it is (R − n(n + 1)/2)/(n·m), R the sum of the n anomalous examples' ranks and m the others'
    /// number; equal scores share their mean rank. NaN where one of the two kinds is missing.
    /// </summary>
    /// <exception cref="ArgumentException">There is not one flag for each score.</exception>
    public static double Auroc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        double ranks = 0, positives = 0, seen = 0;
        foreach (var (count, of) in Ties(scores, anomalous))
        {
            ranks += of * (seen + 0.5 * (count + 1));
            positives += of;
            seen += count;
        }
        return (ranks - 0.5 * positives * (positives + 1)) / (positives * (seen - positives));
    }

    /// <summary>
    /// The area under precision over recall as average precision: Σ (R_i − R_{i−1})·P_i over the thresholds from the highest score
    /// down, equal scores being one threshold. NaN where nothing is anomalous.
    /// </summary>
    /// <exception cref="ArgumentException">There is not one flag for each score.</exception>
    public static double Auprc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        double area = 0, found = 0, seen = 0;
        foreach (var (count, of) in Enumerable.Reverse(Ties(scores, anomalous)))
        {
            seen += count;
            found += of;
            area += of * found / seen;
        }
        return area / found;
    }

    /// <summary>For each distinct score, the lowest first: the examples that have it, and the anomalous ones of them.</summary>
    private static List<(int Count, int Anomalous)> Ties(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        if (scores.Length != anomalous.Length)
            throw new ArgumentException($"{anomalous.Length} flags were given for {scores.Length} scores.", nameof(anomalous));
        var keys = scores.ToArray();
        var flags = anomalous.ToArray();
        Array.Sort(keys, flags);
        var ties = new List<(int, int)>();
        for (int first = 0, next; first < keys.Length; first = next)
        {
            var of = 0;
            for (next = first; next < keys.Length && keys[next].Equals(keys[first]); next++)
                of += flags[next] ? 1 : 0;
            ties.Add((next - first, of));
        }
        return ties;
    }
}
