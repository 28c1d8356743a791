namespace VaeGpu.Gpu.Runtime;

/// <summary>A range of a buffer's bytes that a launch reads, or also writes.</summary>
internal readonly record struct MemoryUse(nint Buffer, long Start, long End, bool Writes)
{
    /// <summary>Whether the order of two launches with these uses matters.</summary>
    public bool Conflicts(MemoryUse other) => (Writes || other.Writes) && Buffer == other.Buffer && Start < other.End && other.Start < End;
}

/// <summary>
/// Which steps of a sequence must wait for which earlier ones: those whose memory they read or overwrite, and those that read what they
/// overwrite. Steps that neither waits for may run side by side, and the results are those of the sequence.
/// </summary>
internal static class DataDependencies
{
    /// <summary>For each step the earlier ones that it waits for, without those that another of them waits for.</summary>
    public static int[][] Of(IReadOnlyList<IReadOnlyCollection<MemoryUse>> steps)
    {
        var direct = new int[steps.Count][];
        var before = new HashSet<int>[steps.Count];
        for (int step = 0; step < steps.Count; step++)
        {
            var waits = new List<int>();
            before[step] = [];
            // From the last one back, so that whatever a nearer step waits for is known to come before.
            for (int earlier = step - 1; earlier >= 0; earlier--)
            {
                if (before[step].Contains(earlier) || !Conflict(steps[step], steps[earlier]))
                    continue;
                waits.Add(earlier);
                before[step].Add(earlier);
                before[step].UnionWith(before[earlier]);
            }
            direct[step] = [.. waits];
        }
        return direct;
    }

    private static bool Conflict(IReadOnlyCollection<MemoryUse> a, IReadOnlyCollection<MemoryUse> b) =>
        a.Any(use => b.Any(other => use.Conflicts(other)));
}
