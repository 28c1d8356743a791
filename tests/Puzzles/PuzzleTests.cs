using System.Reflection;
using System.Xml.Linq;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels.Numerics;
using VaeGpu.Puzzles.Course;
using Picture = VaeGpu.Puzzles.Course.Picture;

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
        Assert.That((direct.Finding, conflicts.Finding), Is.EqualTo((
            $"{MovesMore}1152 sectors moved instead of 256.", $"{MovesMore}992 bank conflicts instead of 0.")));
        // A column of 32 elements lies in 32 sectors, and in one bank.
        Assert.That(direct.Costs.Sectors, Is.EqualTo(puzzle.Best.Sectors / 2 + 1024));
        Assert.That(conflicts.Costs.BankConflicts, Is.EqualTo(32 * 31));
    }

    [Test]
    public void The_picture_has_the_threads_of_each_element()
    {
        Puzzle puzzle = PuzzleOf("P09SlidingWindow");
        Attempt attempt = Attempt.Of(puzzle, SolutionOf(puzzle));
        string[] lines = [.. Picture.Lines(attempt.Trace.Arrays, puzzle.Launch)];
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

    [Test]
    public void A_right_result_that_goes_around_the_idea_does_not_solve_the_puzzle() => Assert.Multiple(() =>
    {
        Assert.That(Attempt.Of(PuzzleOf("P08Shared"), TurnsAroundWithoutSharing).Finding,
            Does.Contain("right").And.Contain("do not hand elements to each other"));
        Assert.That(Attempt.Of(PuzzleOf("P10DotProduct"), DotProductOfOneThread).Finding, Does.Contain("right").And.Contain("sectors"));
        Assert.That(Attempt.Of(PuzzleOf("P10DotProduct"), DotProductAddedByOneThread).Finding,
            Does.Contain("right").And.Contain("reads 8 elements one after the other"));
        Assert.That(Attempt.Of(PuzzleOf("P11PrefixSum"), PrefixSumOfEachThread).Finding,
            Does.Contain("right").And.Contain("reads 16 elements one after the other"));
        Assert.That(Attempt.Of(PuzzleOf("P15Softmax"), SoftmaxOfEachThread).Finding, Does.Contain("right").And.Contain("global reads"));
        Assert.That(Attempt.Of(PuzzleOf("P15Softmax"), SoftmaxFromSharedMemory).Finding,
            Does.Contain("right").And.Contain("reads 17 elements one after the other"));
    });

    [Test]
    public void A_tree_that_is_written_plainly_solves_the_puzzle() =>
        Assert.That(Attempt.Of(PuzzleOf("P10DotProduct"), PlainTree).Finding, Is.Null);

    [Test]
    public void A_picture_is_written_on_request()
    {
        using var folder = new Data.ScratchFolder();
        using StringWriter output = new(), error = new();
        Puzzle puzzle = PuzzleOf("P14TiledProduct");
        Attempt attempt = Attempt.Of(puzzle, SolutionOf(puzzle));
        AccessChart.Write(folder["picture.svg"], "Tiles", attempt.Trace.Arrays, puzzle.Launch);
        Assert.That(Desk.Run(["14", "--out", folder["unsolved"]], output, error), Is.EqualTo(1));
        XNamespace svg = "http://www.w3.org/2000/svg";
        XElement[] drawn = [.. XDocument.Load(folder["picture.svg"]).Descendants()];
        string[] texts = [.. drawn.Where(element => element.Name == svg + "text").Select(element => element.Value)];
        Assert.Multiple(() =>
        {
            Assert.That(texts, Is.SupersetOf(new[] { "Tiles", "a", "b", "result", "shared array 1", "shared array 2", "read", "written" }));
            // Each of 64 threads reads 2 elements of a and of b, writes as many of each tile, reads 4 of each twice, and writes a result.
            Assert.That(drawn.Count(element => element.Name == svg + "ellipse"), Is.GreaterThanOrEqualTo(64 * (2 + 2 + 4 + 4)));
            Assert.That(File.Exists(folder["picture.png"]));
            Assert.That(error.ToString(), Does.Contain("no picture, as no thread touches anything"));
            Assert.That(Directory.Exists(folder["unsolved"]), Is.False);
        });
    }

    [TestCase("0"), TestCase("18"), TestCase("one"), TestCase("1", "2"), TestCase("--hint"), TestCase("--out"), TestCase("--out", "folder")]
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

    private const string MovesMore = "The result is right, but this puzzle is about memory: ";

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

    private static void TurnsAroundWithoutSharing(ArrayView<float> a, ArrayView<float> result) =>
        result[Grid.GlobalIndex.X] = a[Grid.IdxX * 8 + 7 - Group.IdxX];

    private static void DotProductOfOneThread(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        float sum = 0;
        for (int i = 0; i < 8 && Group.IdxX == 0; i++)
            sum += a[i] * b[i];
        if (Group.IdxX == 0)
            result[0] = sum;
    }

    private static void DotProductAddedByOneThread(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        sums[Group.IdxX] = a[Group.IdxX] * b[Group.IdxX];
        Group.Barrier();
        float sum = 0;
        for (int i = 0; i < 8 && Group.IdxX == 0; i++)
            sum += sums[i];
        if (Group.IdxX == 0)
            result[0] = sum;
    }

    private static void PlainTree(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        sums[Group.IdxX] = a[Group.IdxX] * b[Group.IdxX];
        for (int width = 4; width > 0; width /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < width)
                sums[Group.IdxX] += sums[Group.IdxX + width];
        }
        if (Group.IdxX == 0)
            result[0] = sums[0];
    }

    private static void PrefixSumOfEachThread(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(16);
        shared[Group.IdxX] = a[Group.IdxX];
        Group.Barrier();
        float sum = 0;
        for (int i = 0; i <= Group.IdxX; i++)
            sum += shared[i];
        result[Group.IdxX] = sum;
    }

    private static void SoftmaxOfEachThread(ArrayView<float> a, ArrayView<float> result)
    {
        float most = a[0], sum = 0;
        for (int i = 1; i < 8; i++)
            most = MathF.Max(most, a[i]);
        for (int i = 0; i < 8; i++)
            sum += Exponential.Exp(a[i] - most);
        result[Group.IdxX] = Exponential.Exp(a[Group.IdxX] - most) / sum;
    }

    private static void SoftmaxFromSharedMemory(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(8);
        float own = a[Group.IdxX];
        shared[Group.IdxX] = own;
        Group.Barrier();
        float most = shared[0], sum = 0;
        for (int i = 0; i < 8; i++)
            most = MathF.Max(most, shared[i]);
        for (int i = 0; i < 8; i++)
            sum += Exponential.Exp(shared[i] - most);
        result[Group.IdxX] = Exponential.Exp(own - most) / sum;
    }

    private static Puzzle PuzzleOf(string name) => Desk.All.Single(puzzle => puzzle.Name == name);

    private static Delegate SolutionOf(Puzzle puzzle) =>
        typeof(Solutions).GetMethod(puzzle.Name, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate(puzzle.Kernel.GetType());
}
