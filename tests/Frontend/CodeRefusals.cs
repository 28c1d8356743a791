namespace VaeGpu.Tests.Frontend;

/// <summary>Code that the language has no meaning for: recursion, divergent barriers, dynamic local arrays, checked arithmetic.</summary>
public sealed class CodeRefusals : RefusalTests
{
    [Test]
    public void A_helper_does_not_call_itself() =>
        Refused(Recursion, nameof(Factorial), "CodeRefusals.Factorial calls itself", "Write a loop instead.");

    public static void Recursion(ArrayView<int> y) => y[0] = Factorial(y[1]);

    private static int Factorial(int n)
    {
        if (n < 2)
            return 1;
        return n * Factorial(n - 1); // refused
    }

    [Test]
    public void Helpers_do_not_call_each_other() =>
        Refused(Mutual, nameof(IsOdd), "CodeRefusals.IsEven calls itself", "Write a loop instead.");

    public static void Mutual(ArrayView<int> y) => y[0] = IsEven(y[1]) ? 1 : 0;

    private static bool IsEven(int n) => n == 0 || IsOdd(n - 1);

    private static bool IsOdd(int n) =>
        n != 0 && IsEven(n - 1); // refused

    [Test]
    public void A_helper_does_not_call_itself_with_ever_larger_types() =>
        Refused(Growing, nameof(Grow), "Calls nest more than 100 deep.", "write a loop");

    public static void Growing(ArrayView<int> y) => y[0] = Grow<int>(y[1]);

    private static int Grow<T>(int n) where T : struct
    {
        return n > 0 ? Grow<ValueTuple<T>>(n - 1) : 0; // refused
    }

    [Test]
    public void A_barrier_does_not_stand_under_a_condition_of_the_thread()
    {
        Refused(BarrierInIf, $"A barrier stands under a condition at line {LineOf(nameof(BarrierInIf))} that is not the same",
            "Move the barrier out");
        Refused(BarrierInLoop, "A barrier stands under a loop at line", "Move the barrier out");
        Refused(BarrierBehindReturn, "A barrier stands under a condition at line", "a return before the barrier counts, too");
        Refused(BarrierInIndexed, "A barrier stands under a condition", "Move the barrier out");
        Refused(Vote, "A barrier stands under a condition", "Move the barrier out");
    }

    public static void BarrierInIf(ArrayView<int> y)
    {
        int i = Group.IdxX;
        if (y[i] > 3) // condition
        {
            y[i]++;
            Group.Barrier(); // refused
            y[i]++;
        }
    }

    public static void BarrierInLoop(ArrayView<int> y)
    {
        for (int k = 0; k < Group.IdxX; k++)
        {
            y[k]++;
            Group.Barrier(); // refused
        }
    }

    public static void BarrierBehindReturn(ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= y.IntLength)
            return;
        y[i] = 2;
        Group.Barrier(); // refused
        y[i]++;
    }

    public static void BarrierInIndexed(Index1D i, ArrayView<int> y)
    {
        y[i] = 2;
        Group.Barrier(); // refused
        y[i]++;
    }

    public static void Vote(ArrayView<int> y)
    {
        int i = Group.IdxX;
        if (i > 3)
            y[i] = Group.BarrierPopCount(y[i] > 1); // refused
    }

    [Test]
    public void A_local_array_that_is_indexed_at_run_time_has_room_in_the_group() =>
        Refused(DynamicLoop, "Local arrays that are indexed at run time come to 409600 bytes for a group of 64 threads.",
            "in loops whose bounds are constants");

    public static void DynamicLoop(ArrayView<int> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(1600); // refused
        for (int k = 0; k < y.IntLength; k++)
            a[k] = k;
        y[0] = a[3];
    }

    [Test]
    public void A_local_array_is_indexed_inside()
    {
        Refused(Outside, "A local array of 16 bytes is accessed at byte 16.", "Keep the index inside the array.");
        Refused(Before, "A local array of 16 bytes is accessed at byte -4.", "Keep the index inside the array.");
    }

    public static void Outside(ArrayView<int> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(4);
        for (int k = 0; k <= 4; k++)
            a[k] = k; // refused
        y[0] = a[1];
    }

    public static void Before(ArrayView<int> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(4);
        a[1] = y[1];
        y[0] = a[-1]; // refused
    }

    [Test]
    public void A_local_array_is_read_as_what_it_was_written_as() =>
        Refused(Reinterpret, "A local array is accessed as F32 and, at the same bytes, as I32.", "Interop.IntAsFloat");

    public static void Reinterpret(ArrayView<float> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(4);
        a[1] = 0x3f800000;
        y[0] = a.Cast<float>()[1]; // refused
    }

    [Test]
    public void A_loop_over_a_local_array_has_an_end() =>
        Refused(TooLong, "Local arrays that are indexed at run time come to 12800000 bytes", "use smaller arrays or groups");

    public static void TooLong(ArrayView<int> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(50_000); // refused
        for (int k = 0; k < 50_000; k++)
            a[k] = k;
        y[0] = a[3];
    }

    [Test]
    public void Lengths_of_arrays_are_constants()
    {
        Refused(DynamicShared, "SharedMemory.Allocate has a length that is not a positive constant.", "Use a const");
        Refused(DynamicLocal, "LocalMemory.Allocate has a length that is not a positive constant.", "Use a const");
    }

    public static void DynamicShared(ArrayView<int> y)
    {
        int n = y[0];
        ArrayView<int> a = SharedMemory.Allocate<int>(n); // refused
        y[1] = a[0];
    }

    public static void DynamicLocal(ArrayView<int> y)
    {
        ArrayView<int> a = LocalMemory.Allocate<int>(y.IntLength); // refused
        y[1] = a[0];
    }

    [Test]
    public void Arithmetic_is_not_checked_for_overflow()
    {
        Refused(CheckedSum, "Arithmetic is checked for overflow.", "unchecked(…)");
        Refused(CheckedConversion, "Arithmetic is checked for overflow.", "unchecked(…)");
    }

    public static void CheckedSum(ArrayView<int> y)
    {
        y[0] = checked(y[1] + 1); // refused
    }

    public static void CheckedConversion(ArrayView<int> y)
    {
        y[0] = checked((byte)y[1]); // refused
    }

    [Test]
    public void A_ref_local_stands_for_one_variable()
    {
        Refused(TwoVariables, "stands for different variables", "Use one reference for each variable.");
        Refused(VariableInLoop, "stands for different variables", "Use one reference for each variable.");
    }

    public static void TwoVariables(ArrayView<int> y)
    {
        int a = 1, b = 2;
        ref int either = ref y[0] > 1 ? ref a : ref b;
        either = 3; // refused
        y[1] = a + b;
    }

    public static void VariableInLoop(ArrayView<int> y)
    {
        int a = 1, b = 2;
        ref int last = ref a;
        for (int k = 0; k < y[0]; k++) // refused
        {
            last += k;
            last = ref b;
        }
        y[1] = a + b;
    }

    [Test]
    public void A_view_stands_in_one_kind_of_memory() =>
        Refused(TwoMemories, "stands in global memory or in shared memory", "one variable for each memory");

    public static void TwoMemories(ArrayView<int> y)
    {
        ArrayView<int> near = SharedMemory.Allocate<int>(64), view = y;
        if (y[0] > 1)
            view = near;
        y[1] = view[0]; // refused
    }

    [Test]
    public void Atomics_work_on_memory() => Refused(AtomicLocal, "An atomic operation on a variable.", "an element of a view");

    public static void AtomicLocal(ArrayView<int> y)
    {
        int n = 1;
        Atomic.Add(ref n, y[0]); // refused
        y[1] = n;
    }

    private static int LineOf(string method)
    {
        string[] lines = File.ReadAllLines(ThisFile());
        return 1 + Array.FindIndex(lines, Array.FindIndex(lines, l => l.Contains($"static void {method}(")), l =>
            l.Contains("// condition"));
    }

    private static string ThisFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
