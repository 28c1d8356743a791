using System.Reflection;
using VaeGpu.Gpu;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Puzzles.Course;

/// <summary>A run of a puzzle's kernel on the interpreter, with all its checks.</summary>
/// <param name="Finding">What is wrong; null where nothing is.</param>
/// <param name="IsWhole">Whether the run came to its end; else it has no costs.</param>
/// <param name="Trace">What each thread accessed, until a fault if there was one.</param>
/// <param name="Costs">What that came to.</param>
public sealed record Attempt(string? Finding, bool IsWhole, AccessTrace Trace, Costs Costs)
{
    private const float Tolerance = 1e-4f;

    /// <summary>Runs the kernel of a puzzle, or another in its place.</summary>
    public static Attempt Of(Puzzle puzzle, Delegate? instead = null)
    {
        Delegate kernel = instead ?? puzzle.Kernel;
        var trace = new AccessTrace();
        string? finding = null;
        bool isWhole = false;
        try
        {
            trace.Run(accelerator => finding = Run(accelerator, puzzle, kernel, trace));
            isWhole = true;
        }
        catch (KernelFaultException fault)
        {
            finding = $"{fault.Fault}: {fault.Message}";
        }
        catch (KernelCompilationException error)
        {
            finding = $"The kernel does not compile: {error.Message}";
        }
        Costs costs = CostsOf(trace);
        return new(finding ?? Shortcut(puzzle, costs, trace), isWhole, trace, costs);
    }

    /// <summary>How a right result goes around what the puzzle is about; null where it does not.</summary>
    private static string? Shortcut(Puzzle puzzle, Costs costs, AccessTrace trace)
    {
        string[] more = [.. puzzle.CostsCount ? costs.MovedBeyond(puzzle.Best) : []];
        if (more.Length > 0)
            return $"The result is right, but this puzzle is about memory: {string.Join(", ", more)}.";
        if (costs.SharedReads < puzzle.LeastSharedReads)
        {
            return "The result is right, but threads do not hand elements to each other in shared memory: "
                + $"{costs.SharedReads} shared reads, and {puzzle.LeastSharedReads} are needed.";
        }
        int reads = trace.MostReadsBetweenBarriers;
        return reads <= puzzle.MostReadsOfRound ? null
            : $"The result is right, but a thread reads {reads} elements one after the other, with no barrier between. Share the work: in "
                + $"each round, a thread reads {puzzle.MostReadsOfRound} at most.";
    }

    private static string? Run(Accelerator accelerator, Puzzle puzzle, Delegate kernel, AccessTrace trace)
    {
        var buffers = new List<(string Name, MemoryBuffer1D<float, Stride1D.Dense> Buffer, Expected? Expected)>();
        ParameterInfo[] parameters = kernel.Method.GetParameters();
        object[] arguments =
            [.. puzzle.Arguments.Select((argument, i) => argument is int ? argument : (ArrayView<float>)Buffer(i))];
        try
        {
            Call(accelerator, kernel, puzzle.Launch, arguments);
            accelerator.Synchronize();
            return buffers.Where(buffer => buffer.Expected is not null)
                .Select(buffer => Difference(buffer.Name, buffer.Buffer.GetAsArray1D(), buffer.Expected!.Values, trace))
                .FirstOrDefault(difference => difference is not null);
        }
        finally
        {
            foreach (var (_, buffer, _) in buffers)
                buffer.Dispose();
        }

        ArrayView1D<float, Stride1D.Dense> Buffer(int i)
        {
            var expected = puzzle.Arguments[i] as Expected;
            MemoryBuffer1D<float, Stride1D.Dense> buffer = (expected is null ? (float[])puzzle.Arguments[i] : expected.Before) is { } values
                ? accelerator.Allocate1D(values)
                : accelerator.Allocate1D<float>(expected!.Values.Length);
            buffers.Add((parameters[i].Name!, buffer, expected));
            return buffer.View;
        }
    }

    /// <summary>Loads and launches a kernel whose parameters are known at run time only.</summary>
    private static void Call(Accelerator accelerator, Delegate kernel, KernelConfig launch, object[] arguments)
    {
        MethodInfo load = typeof(KernelLoaders).GetMethods().Single(method => method.Name == nameof(KernelLoaders.LoadStreamKernel)
            && method.GetGenericArguments().Length == arguments.Length && method.GetParameters().Length == 2);
        Type[] types = [.. kernel.Method.GetParameters().Select(parameter => parameter.ParameterType)];
        try
        {
            var launcher = (Delegate)load.MakeGenericMethod(types).Invoke(null, [accelerator, kernel])!;
            launcher.DynamicInvoke([launch, .. arguments]);
        }
        catch (TargetInvocationException e) when (e.InnerException is KernelFaultException or KernelCompilationException)
        {
            throw e.InnerException;
        }
    }

    private static string? Difference(string name, float[] got, float[] expected, AccessTrace trace)
    {
        HashSet<long> written = [.. trace.Arrays.Where(array => array.Name == name).SelectMany(array => array.Accesses)
            .Where(access => access.IsWrite).Select(access => access.Offset / sizeof(float))];
        int[] missing = [.. Enumerable.Range(0, expected.Length).Where(i => !written.Contains(i))];
        if (missing.Length > 0)
            return $"No thread writes {name}[{missing[0]}]{(missing.Length > 1 ? $" and {missing.Length - 1} more elements" : "")}.";
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => !IsClose(got[i], expected[i]))];
        return wrong.Length == 0 ? null : FormattableString.Invariant(
            $"{name}[{wrong[0]}] is {got[wrong[0]]}, and should be {expected[wrong[0]]}; {wrong.Length} of {expected.Length} are wrong.");
    }

    private static bool IsClose(float value, float expected) => Math.Abs(value - expected) <= Tolerance * (1 + Math.Abs(expected));

    private static Costs CostsOf(AccessTrace trace)
    {
        return new(
            Elements(shared: false, writes: false), Elements(shared: false, writes: true), trace.Sectors,
            trace.Accesses.GroupBy(access => (access.Group, access.Lane)).Select(thread => thread.Count()).DefaultIfEmpty().Max(),
            Elements(shared: true, writes: false), Elements(shared: true, writes: true), trace.BankConflicts);

        int Elements(bool shared, bool writes) => trace.Accesses
            .Where(access => access.IsShared == shared && access.IsWrite == writes).Sum(access => access.Bytes) / sizeof(float);
    }
}
