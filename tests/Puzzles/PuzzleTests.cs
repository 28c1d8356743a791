using System.Reflection;
using VaeGpu.Puzzles.Course;

namespace VaeGpu.Tests.Puzzles;

public sealed class PuzzleTests
{
    private static IEnumerable<TestCaseData> All => Desk.All.Select(puzzle => new TestCaseData(puzzle).SetArgDisplayNames(puzzle.Name));

    [TestCaseSource(nameof(All))]
    public void A_solution_solves_its_puzzle_with_the_best_known_accesses(Puzzle puzzle)
    {
        Attempt attempt = Attempt.Of(puzzle, SolutionOf(puzzle));
        Assert.That(attempt.Finding, Is.Null);
        Assert.That(attempt.Costs, Is.EqualTo(puzzle.Best));
    }

    [TestCaseSource(nameof(All))]
    public void A_puzzle_is_unsolved_as_it_is_given_out(Puzzle puzzle) =>
        Assert.That(Attempt.Of(puzzle).Finding, Does.StartWith("No thread writes"));

    [Test]
    public void A_forgotten_barrier_is_found_with_both_threads_and_the_line()
    {
        Attempt attempt = Attempt.Of(PuzzleOf("P08Shared"), WithoutBarrier);
        Assert.That(attempt.Finding, Does.StartWith("SharedRace: ").And.Contains("thread 0").And.Contains("PuzzleTests.cs"));
    }

    [Test]
    public void A_forgotten_guard_a_barrier_in_a_condition_and_an_unwritten_element_are_found()
    {
        Assert.That(Attempt.Of(PuzzleOf("P03Guard"), Solutions.P01Map).Finding, Does.StartWith("OutOfBounds: "));
        Assert.That(Attempt.Of(PuzzleOf("P08Shared"), BarrierOfSome).Finding, Does.StartWith("DivergentBarrier: "));
        Assert.That(Attempt.Of(PuzzleOf("P01Map"), ReadsOutput).Finding, Does.StartWith("Uninitialized: "));
        Assert.That(Attempt.Of(PuzzleOf("P02Zip"), Forgets).Finding, Is.EqualTo("result[2] is 4, and should be 6; 6 of 8 are wrong."));
    }

    [Test]
    public void A_transpose_along_columns_or_with_bank_conflicts_is_right_and_does_not_solve_the_puzzle()
    {
        Puzzle puzzle = PuzzleOf("P13Transpose");
        Attempt direct = Attempt.Of(puzzle, DirectTranspose), conflicts = Attempt.Of(puzzle, TransposeWithConflicts);
        Assert.That((direct.Finding, conflicts.Finding), Is.EqualTo((MovesMore, MovesMore)));
        // A column of 32 elements lies in 32 sectors, and in one bank.
        Assert.That(direct.Costs.Sectors, Is.EqualTo(puzzle.Best.Sectors / 2 + 1024));
        Assert.That(conflicts.Costs.BankConflicts, Is.EqualTo(32 * 31));
    }

    [Test]
    public void The_picture_has_the_threads_of_each_element()
    {
        Puzzle puzzle = PuzzleOf("P09SlidingWindow");
        Attempt attempt = Attempt.Of(puzzle, SolutionOf(puzzle));
        string[] lines = [.. Picture.Lines(attempt.Trace.Accesses, puzzle.Launch)];
        Assert.That(lines[1..4].Select(Words), Is.EqualTo(new[]
        {
            "a", "element [0] [1] [2] [3] [4] [5] [6] [7]", "read by 0 1 2 3 4 5 6 7",
        }));
        Assert.That(lines[5..9].Select(Words), Is.EqualTo(new[]
        {
            "shared array", "element [0] [1] [2] [3] [4] [5] [6]", "read by 1 2 2 3 3 4 4 5 5 6 6 7 7", "written by 0 1 2 3 4 5 6",
        }));

        static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [TestCase("0"), TestCase("18"), TestCase("one"), TestCase("1", "2"), TestCase("--hint")]
    public void Other_arguments_are_refused(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.That(Desk.Run(arguments, output, error), Is.EqualTo(2));
        Assert.That((output.ToString(), error.ToString()), Is.EqualTo(("", error.ToString())));
        Assert.That(error.ToString(), Does.Contain("from 1 to 17"));
    }

    [Test]
    public void A_hint_is_given_on_request_and_all_puzzles_are_listed()
    {
        using StringWriter plain = new(), hint = new(), list = new();
        Assert.That(Desk.Run(["3"], plain, plain), Is.EqualTo(1));
        Assert.That(Desk.Run(["3", "--hint"], hint, hint), Is.EqualTo(1));
        Assert.That(plain.ToString(), Does.Contain("P03Guard.cs").And.Not.Contain("Hint:"));
        Assert.That(hint.ToString(), Does.Contain("Hint: Threads from a.Length on"));
        Assert.That(Desk.Run([], list, list), Is.EqualTo(1));
        Assert.That(list.ToString().Trim().Split('\n'), Has.Length.EqualTo(17));
    }

    private const string MovesMore = "The result is right, but this puzzle is about memory: more is moved than in the best known solution.";

    private static void WithoutBarrier(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(8);
        part[Group.IdxX] = a[Grid.GlobalIndex.X];
        result[Grid.GlobalIndex.X] = part[7 - Group.IdxX];
    }

    private static void BarrierOfSome(ArrayView<float> a, ArrayView<float> result)
    {
        result[Grid.GlobalIndex.X] = a[Grid.GlobalIndex.X];
        if (a[Grid.GlobalIndex.X] > 2)
            Group.Barrier();
    }

    private static void ReadsOutput(ArrayView<float> a, ArrayView<float> result) => result[Group.IdxX] += a[Group.IdxX];

    private static void Forgets(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result) =>
        result[Group.IdxX] = a[Group.IdxX] + a[Group.IdxX];

    private static void DirectTranspose(ArrayView<float> a, ArrayView<float> result)
    {
        for (int row = Group.IdxY; row < 32; row += 8)
            result[Group.IdxX * 32 + row] = a[row * 32 + Group.IdxX];
    }

    private static void TransposeWithConflicts(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(1024);
        for (int row = Group.IdxY; row < 32; row += 8)
            tile[row * 32 + Group.IdxX] = a[row * 32 + Group.IdxX];
        Group.Barrier();
        for (int row = Group.IdxY; row < 32; row += 8)
            result[row * 32 + Group.IdxX] = tile[Group.IdxX * 32 + row];
    }

    private static Puzzle PuzzleOf(string name) => Desk.All.Single(puzzle => puzzle.Name == name);

    private static Delegate SolutionOf(Puzzle puzzle) =>
        typeof(Solutions).GetMethod(puzzle.Name, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate(puzzle.Kernel.GetType());
}
