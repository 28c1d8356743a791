namespace VaeGpu.Tests.Runtime;

/// <summary>Which recorded steps wait for which.</summary>
public sealed class DataDependenciesTests
{
    [Test]
    public void A_step_waits_for_what_it_reads_and_for_the_readers_of_what_it_overwrites()
    {
        int[][] waits = DataDependencies.Of(
        [
            [Write(1, 0, 8)],
            [Read(1, 0, 4), Write(2, 0, 4)],
            [Read(1, 4, 8), Write(3, 0, 4)],
            [Write(1, 0, 4)],
            [Read(1, 0, 8)],
        ]);
        Assert.That(waits, Is.EqualTo(new int[][] { [], [0], [0], [1], [3] }),
            "step 3 need not wait for 0, nor 4 for 0 and the other readers");
    }

    [Test]
    public void Reading_the_same_bytes_and_writing_neighbors_are_side_by_side() =>
        Assert.That(DataDependencies.Of([[Read(1, 0, 8), Write(2, 0, 4)], [Read(1, 0, 8), Write(2, 4, 8)], [Write(3, 0, 8)]]),
            Is.EqualTo(new int[][] { [], [], [] }));

    [Test]
    public void Any_order_that_keeps_to_them_gives_the_results_of_the_sequence()
    {
        int seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int run = 0; run < 200; run++)
        {
            MemoryUse[][] steps = [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 3).Select(_ => Any(random)).ToArray())];
            int[][] waits = DataDependencies.Of(steps);
            var left = Enumerable.Range(0, steps.Length).ToList();
            var order = new List<int>();
            while (left.Count > 0)
            {
                int[] ready = [.. left.Where(step => !waits[step].Any(left.Contains))];
                order.Add(ready[random.Next(ready.Length)]);
                left.Remove(order[^1]);
            }
            Assert.That(Results(steps, order), Is.EqualTo(Results(steps, [.. Enumerable.Range(0, steps.Length)])),
                $"run {run}: {string.Join(' ', order)}");
        }
    }

    /// <summary>The memory after the steps: each writes a digest of its number and all that it reads.</summary>
    private static int[] Results(MemoryUse[][] steps, List<int> order)
    {
        var memory = new int[2 * 8];
        foreach (int step in order)
        {
            var digest = new HashCode();
            digest.Add(step);
            foreach (MemoryUse use in steps[step])
            {
                for (long i = use.Start; i < use.End; i++)
                    digest.Add(memory[8 * use.Buffer + i]);
            }
            foreach (MemoryUse use in steps[step].Where(use => use.Writes))
                Array.Fill(memory, digest.ToHashCode(), (int)(8 * use.Buffer + use.Start), (int)(use.End - use.Start));
        }
        return memory;
    }

    private static MemoryUse Any(Random random)
    {
        int start = random.Next(8);
        return new(random.Next(2), start, random.Next(start, 8) + 1, random.Next(3) == 0);
    }

    private static MemoryUse Read(nint buffer, long start, long end) => new(buffer, start, end, false);

    private static MemoryUse Write(nint buffer, long start, long end) => new(buffer, start, end, true);
}
