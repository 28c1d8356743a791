using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

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
        for (int before = int.MaxValue; Weight(function) < before;)
        {
            before = Weight(function);
            HashSet<Value> used = [.. function.Body.All().SelectMany(i => i.Operands), .. Regions(function.Body).SelectMany(Outgoing)];
            function = Rewriter.Copy(function, i => i.Op.IsRemovable() && !used.Contains(i) ? Rewrite.Drop : Rewrite.Keep, used.Contains);
        }
        return function;
    }

    private static IEnumerable<Value> Outgoing(Region region) =>
        region.Condition is { } condition ? [.. region.Yields, condition] : region.Yields;

    private static IEnumerable<Region> Regions(Region body) =>
        [body, .. body.All().OfType<StructuredInstruction>().SelectMany(s => s.Regions)];

    private static int Count(Function function) => function.Body.All().Count();

    /// <summary>Instructions count most, results and operands less, and those operands least that are constants.</summary>
    private static int Weight(Function function) =>
        function.Body.All().Sum(i => 20 + Weight(i.Operands)) + Regions(function.Body).Sum(r => 3 * r.Yields.Count + Weight(r.Yields));

    private static int Weight(IEnumerable<Value> values) => values.Count(v => v is not Constant);
}
