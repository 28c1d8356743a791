using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// Holds a target against the interpreter on generated kernels. The run parameters <c>seed</c> and <c>kernels</c> ask for
/// others, and for more, than usual, <c>shrink</c> for other seconds to look for a smaller kernel:
/// <c>dotnet test -- 'TestRunParameters.Parameter(name="kernels", value="10000")'</c>.
/// </summary>
internal sealed class RandomKernelCheck : IDisposable
{
    private static readonly TimeSpan ShrinkTime = TimeSpan.FromSeconds(TestContext.Parameters.Get("shrink", 60));
    // More than any generated loop has; a kernel that is being shrunk may lose the condition that ends its loop.
    private const int MaxRounds = 64;

    /// <summary>The seeds of the kernels that targets are usually held against.</summary>
    public static int FirstSeed { get; } = TestContext.Parameters.Get("seed", 0);
    /// <inheritdoc cref="FirstSeed"/>
    public static int Count { get; } = TestContext.Parameters.Get("kernels", 500);
    /// <summary>How many where the device's compiler takes about a second for each.</summary>
    public static int CountOfSlow { get; } = TestContext.Parameters.Get("kernels", 200);

    private readonly KernelTarget target;
    private readonly KernelTarget reference;
    private readonly RandomKernelOptions options;
    private readonly Context context;

    /// <param name="target">The target; its accelerator's warp size is the interpreter's, too.</param>
    /// <param name="options">What the target cannot do.</param>
    public RandomKernelCheck(KernelTarget target, RandomKernelOptions? options = null)
    {
        this.target = target;
        this.options = options ?? new();
        context = Context.Create(b => b.Interpreter(target.Accelerator.WarpSize));
        reference = Interpreter(context);
    }

    /// <summary>The interpreter of a context as a target.</summary>
    public static KernelTarget Interpreter(Context context)
    {
        var accelerator = (InterpreterAccelerator)context.Devices.OfType<InterpreterDevice>().Single().CreateAccelerator(context);
        accelerator.MaxRounds = MaxRounds;
        return new("the interpreter", accelerator, accelerator.Compile);
    }

    /// <summary>The interpreter on what the passes make of a function, for warps of some size.</summary>
    public static KernelTarget Passes(Context context)
    {
        KernelTarget interpreter = Interpreter(context);
        int warpSize = interpreter.Accelerator.WarpSize;
        return new("the passes", interpreter.Accelerator, (function, groupDim) =>
            interpreter.Compile(Pipeline.Run(function, groupDim, warpSize), groupDim));
    }

    /// <summary>The interpreter on what the passes make of a function for GPUs: with wide accesses to shared memory and to views.</summary>
    public static KernelTarget WideAccesses(Context context)
    {
        KernelTarget interpreter = Interpreter(context);
        int warpSize = interpreter.Accelerator.WarpSize;
        return new("wide accesses", interpreter.Accelerator, (function, groupDim) =>
            interpreter.Compile(Gpu.Passes.WideAccesses.Apply(Pipeline.Run(function, groupDim, warpSize), true), groupDim));
    }

    /// <summary>Fails the running test at the first kernel on which the two differ, with its seed and its smallest form.</summary>
    public void Run(int firstSeed, int count)
    {
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
            Run(RandomKernel.Create(seed, options));
    }

    public void Dispose()
    {
        reference.Accelerator.Dispose();
        context.Dispose();
    }

    /// <summary>What went wrong: the exception's type, or nothing where the results differ; and all in words.</summary>
    private sealed record Failure(string Kind, string Text);

    private void Run(RandomKernel kernel)
    {
        if (FailureOf(kernel, kernel.Function) is not { } failure)
            return;
        Function smallest = Shrinker.Shrink(kernel.Function, f => FailureOf(kernel, f)?.Kind == failure.Kind, ShrinkTime);
        Assert.Fail($"On {target} {failure.Text} ({kernel.Function.Name}). The smallest kernel that fails like this "
            + $"({FailureOf(kernel, smallest)?.Text}): {kernel with { Function = smallest }}");
    }

    /// <summary>How the target's results differ from the interpreter's, or how it throws; null where a kernel is at fault itself.</summary>
    private Failure? FailureOf(RandomKernel kernel, Function function)
    {
        var data = new RandomKernelData(kernel);
        KernelOutput[] expected;
        try
        {
            expected = data.Run(reference, function);
        }
        catch (KernelFaultException) when (!ReferenceEquals(function, kernel.Function))
        {
            return null;
        }
        try
        {
            string? difference = OutputComparer.FirstDifference(expected, data.Run(target, Rewriter.Copy(function)));
            return difference is null ? null : new("", difference);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or AssertionException))
        {
            return new(failure.GetType().Name, $"it throws {failure.GetType().Name}: {failure.Message}");
        }
    }
}
