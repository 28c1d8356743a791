using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests;

/// <summary>Makes a function that shows a fault smaller while it still shows it.</summary>
internal static class Shrinker
{
    private static readonly Rewrite[] Attempts = [Rewrite.Drop, Rewrite.Second, Rewrite.First, Rewrite.One];

    /// <param name="function">A function that fails.</param>
    /// <param name="fails">Whether a smaller one still fails in the same way.</param>
    /// <param name="timeLimit">When to be content with what was reached.</param>
    public static Function Shrink(Function function, Func<Function, bool> fails, TimeSpan timeLimit)
    {
        DateTime end = DateTime.UtcNow + timeLimit;
        bool shrunk = true;
        while (shrunk)
        {
            shrunk = false;
            for (int size = Math.Max(1, Count(function) / 2); size >= 1; size /= 2)
            {
                // From the end: what nothing uses any more goes first.
                for (int first = Count(function) - size; first > -size && DateTime.UtcNow < end; first -= size)
                {
                    if (Smaller(function, Math.Max(0, first), size, fails) is not { } smaller)
                        continue;
                    function = smaller;
                    shrunk = true;
                }
            }
        }
        return function;
    }

    private static Function? Smaller(Function function, int first, int size, Func<Function, bool> fails)
    {
        foreach (Rewrite attempt in Attempts)
        {
            var chosen = new HashSet<Instruction>(function.Body.All().Skip(first).Take(size));
            Function candidate = RemoveUnused(Rewriter.Copy(function, i => chosen.Contains(i) ? attempt : Rewrite.Keep));
            if (Weight(candidate) < Weight(function) && fails(candidate))
                return candidate;
        }
        return null;
    }

    private static Function RemoveUnused(Function function)
    {
        while (true)
        {
            HashSet<Value> used = [.. function.Body.All().SelectMany(i => i.Operands), .. Regions(function.Body).SelectMany(Outgoing)];
            HashSet<Instruction> unused = [.. function.Body.All().Where(i => i.Op.IsRemovable() && !used.Contains(i))];
            if (unused.Count == 0)
                return function;
            function = Rewriter.Copy(function, i => unused.Contains(i) ? Rewrite.Drop : Rewrite.Keep);
        }
    }

    private static IEnumerable<Value> Outgoing(Region region) => region.Condition is { } condition ? [.. region.Yields, condition] : region.Yields;

    private static IEnumerable<Region> Regions(Region body) =>
        [body, .. body.All().OfType<StructuredInstruction>().SelectMany(s => s.Regions)];

    private static int Count(Function function) => function.Body.All().Count();

    /// <summary>Instructions count most, operands that are not constants a little.</summary>
    private static int Weight(Function function) =>
        function.Body.All().Sum(i => 10 + i.Operands.Count(o => o is not Constant)) + Regions(function.Body).Sum(r => r.Yields.Count(v => v is not Constant));
}
