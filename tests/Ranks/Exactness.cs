using System.Runtime.InteropServices;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Ranks;

/// <summary>Holds what the ranks do together against what one process computes.</summary>
internal static class Exactness
{
    /// <summary>Odd lengths, on both sides of what is exchanged whole, and of several messages' size.</summary>
    private static readonly int[] lengths = [1, 2, 3, 17, 1023, 2047, 2048, 2051, 10_007, 300_001];

    public static int Check(ICommunicator ranks, int seed)
    {
        var wrong = new List<string>();
        for (int round = 0; round < 3; round++)
            wrong.AddRange(Sums(ranks, seed + round));
        wrong.AddRange(Gathered(ranks));
        wrong.AddRange(Signals(ranks.Rank));
        ranks.Barrier();
        wrong.ForEach(Console.WriteLine);
        if (ranks.Gather([(byte)(wrong.Count > 0 ? 1 : 0)]).Any(rank => rank[0] != 0))
            return 1;
        if (ranks.Rank == 0)
            Console.WriteLine($"{ranks.Size} ranks: {lengths.Length} lengths, all bits equal");
        return 0;
    }

    /// <summary>Begins sums of all lengths before it waits for the first.</summary>
    private static IEnumerable<string> Sums(ICommunicator ranks, int seed)
    {
        var mine = lengths.Select(length => Values(length, seed, ranks.Rank)).ToArray();
        var pending = mine.Select(values => ranks.BeginSum(values)).ToArray();
        for (int i = 0; i < lengths.Length; i++)
        {
            pending[i].Wait();
            int length = lengths[i];
            var expected = Tree([.. Enumerable.Range(0, ranks.Size).Select(rank => Values(length, seed, rank))]);
            if (!MemoryMarshal.AsBytes<float>(mine[i]).SequenceEqual(MemoryMarshal.AsBytes<float>(expected)))
                yield return $"seed {seed}: rank {ranks.Rank} has another sum of {length} values";
        }
    }

    private static IEnumerable<string> Gathered(ICommunicator ranks)
    {
        var all = ranks.Gather(Bytes(ranks.Rank));
        for (int rank = 0; rank < ranks.Size; rank++)
        {
            if (!all[rank].AsSpan().SequenceEqual(Bytes(rank)))
                yield return $"rank {ranks.Rank} has other bytes of rank {rank}";
        }

        static byte[] Bytes(int rank) => [.. Enumerable.Range(0, 5 * rank).Select(i => (byte)(i + rank))];
    }

    /// <summary>The runtime makes an exception of SIGSEGV, for which MPI libraries have a handler of their own.</summary>
    private static IEnumerable<string> Signals(int rank)
    {
        string? nothing = rank < 0 ? "" : null;
        try
        {
            _ = nothing!.Length;
        }
        catch (NullReferenceException)
        {
            yield break;
        }
        yield return $"rank {rank} reads through null";
    }

    /// <summary>Values of many magnitudes, so that another order of additions shows.</summary>
    private static float[] Values(int length, int seed, int rank)
    {
        var random = new Random(seed * 1000 + rank);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-20, 20))))];
    }

    private static float[] Tree(float[][] values) => values.Length == 1
        ? values[0]
        : [.. Tree(values[..(values.Length / 2)]).Zip(Tree(values[(values.Length / 2)..]), (left, right) => left + right)];
}
