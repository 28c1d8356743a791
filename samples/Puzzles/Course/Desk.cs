using VaeGpu.Host.Pictures;

namespace VaeGpu.Puzzles.Course;

/// <summary>The program: runs one puzzle, or says how far one has come with all.</summary>
public static class Desk
{
    private const int Solved = 0, Unsolved = 1, Usage = 2;

    /// <summary>All puzzles, in their order.</summary>
    public static IReadOnlyList<Puzzle> All { get; } =
    [
        P01Map.Puzzle, P02Zip.Puzzle, P03Guard.Puzzle, P04Map2D.Puzzle, P05Broadcast.Puzzle, P06Groups.Puzzle, P07GridStride.Puzzle,
        P08Shared.Puzzle, P09SlidingWindow.Puzzle, P10DotProduct.Puzzle, P11PrefixSum.Puzzle, P12RowSums.Puzzle, P13Transpose.Puzzle,
        P14TiledProduct.Puzzle, P15Softmax.Puzzle, P16ReparameterizeAndKl.Puzzle, P17LossAndGradient.Puzzle,
    ];

    /// <returns>
    /// 0 for solved, 1 for not yet or a picture that cannot be written, 2 for arguments that are not understood.
    /// </returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        bool hint = arguments.Contains("--hint");
        int place = Array.IndexOf(arguments, "--out");
        string? folder = place >= 0 && place + 1 < arguments.Length ? arguments[place + 1] : null;
        string[] rest = [.. arguments.Where((argument, i) => argument != "--hint" && (folder is null || i != place && i != place + 1))];
        if (rest.Length == 0 && !hint && folder is null)
            return List(output);
        if (rest.Length == 1 && int.TryParse(rest[0], out int number) && number >= 1 && number <= All.Count)
            return Show(number, hint, folder, output, error);
        error.WriteLine($"error: name a puzzle from 1 to {All.Count}, with --hint for a hint and --out folder for a picture, or nothing "
            + "for a list.");
        return Usage;
    }

    private static int List(TextWriter output)
    {
        bool all = true;
        for (int number = 1; number <= All.Count; number++)
        {
            Puzzle puzzle = All[number - 1];
            Attempt attempt = Attempt.Of(puzzle);
            all &= attempt.Finding is null;
            output.WriteLine($"{number,3}  {puzzle.Name[3..],-24}{(attempt.Finding is not null ? "" : attempt.Costs.IsWithin(puzzle.Best)
                ? "solved" : "solved, with more accesses than the best known")}".TrimEnd());
        }
        return all ? Solved : Unsolved;
    }

    private static int Show(int number, bool hint, string? folder, TextWriter output, TextWriter error)
    {
        Puzzle puzzle = All[number - 1];
        output.WriteLine($"Puzzle {number}: {puzzle.Task}");
        output.WriteLine($"The kernel is in {puzzle.Name}.cs. {Groups(puzzle.Launch)}.");
        Attempt attempt = Attempt.Of(puzzle);
        foreach (string line in Picture.Lines(attempt.Trace.Arrays, puzzle.Launch))
            output.WriteLine(line);
        output.WriteLine();
        if (attempt.IsWhole)
        {
            output.WriteLine($"{"",-16}{"yours",8}{"best",8}");
            foreach (var ((name, count), (_, best)) in attempt.Costs.Named.Zip(puzzle.Best.Named))
                output.WriteLine($"{name,-16}{count,8}{best,8}");
            output.WriteLine();
        }
        output.WriteLine(attempt.Finding ?? (attempt.Costs.IsWithin(puzzle.Best)
            ? "Solved, with as few accesses as are known to do." : "Solved. Can it be done with fewer accesses?"));
        if (hint)
            output.WriteLine($"Hint: {puzzle.Hint}");
        else if (attempt.Finding is not null)
            output.WriteLine("--hint gives a hint.");
        bool isDrawn = folder is null || Draw(puzzle, attempt, folder, output, error);
        return attempt.Finding is null && isDrawn ? Solved : Unsolved;
    }

    /// <summary>Writes the picture; tells whether that was possible.</summary>
    private static bool Draw(Puzzle puzzle, Attempt attempt, string folder, TextWriter output, TextWriter error)
    {
        if (attempt.Trace.Arrays.Count == 0)
        {
            error.WriteLine("note: there is no picture, as no thread touches anything.");
            return true;
        }
        string path = Path.Combine(folder, $"{puzzle.Name}.svg");
        try
        {
            foreach (string note in AccessChart.Write(
                path, $"{puzzle.Name}: which thread touches which element", attempt.Trace.Arrays, puzzle.Launch))
                error.WriteLine($"note: {note}");
            output.WriteLine($"picture {path}");
            return true;
        }
        catch (IOException e)
        {
            error.WriteLine($"error: {e.Message}");
            return false;
        }
    }

    private static string Groups(KernelConfig launch) =>
        $"{Extent(launch.GridDim, "group")} of {Extent(launch.GroupDim, "thread")}";

    private static string Extent(Index3D extent, string what) =>
        $"{(extent.Y == 1 ? $"{extent.X}" : $"{extent.X}×{extent.Y}")} {what}{(extent.Size == 1 ? "" : "s")}";
}
