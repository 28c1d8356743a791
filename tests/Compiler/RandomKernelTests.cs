using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>The generator's own kernels: they are correct, varied and repeatable, and a planted defect is found and shrunk.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class RandomKernelTests
{
    private const int Kernels = 500;
    private Context context = null!;
    private KernelTarget interpreter = null!;

    [OneTimeSetUp]
    public void Open()
    {
        context = Context.Create(b => b.Interpreter(16));
        interpreter = RandomKernelCheck.Interpreter(context);
    }

    [OneTimeTearDown]
    public void Close()
    {
        interpreter.Accelerator.Dispose();
        context.Dispose();
    }

    [Test]
    public void Generated_kernels_run_on_the_interpreter_without_a_fault() => Assert.Multiple(() =>
    {
        for (int seed = 0; seed < Kernels; seed++)
        {
            RandomKernel kernel = RandomKernel.Create(seed);
            Assert.That(() => new RandomKernelData(kernel).Run(interpreter, kernel.Function), Throws.Nothing, $"seed {seed}");
        }
    });

    [Test]
    public void Every_kind_of_operation_occurs_in_generated_kernels()
    {
        // Dynamic shared memory is the launch's; the library's functions differ between devices; the order of some atomics counts;
        // a pass alone makes wide accesses; assembly is for one target; a promise needs a loop that keeps it (LoopPassTests);
        // a prefetch computes nothing (HintTests).
        Op[] left =
        [
            Op.LoadWide, Op.Extract, Op.StoreWide, Op.SharedDynamic, Op.FenceDevice, Op.Exp, Op.Log, Op.Sin, Op.Cos, Op.Tanh, Op.Pow,
            Op.Log2, Op.Log10, Op.Tan, Op.Asin, Op.Acos, Op.Atan, Op.Sinh, Op.Cosh, Op.Atan2,
            Op.AtomicAnd, Op.AtomicOr, Op.AtomicExchange, Op.AtomicCompareExchange, Op.Address, Op.Assembly, Op.Independent,
            Op.InOrder, Op.Prefetch,
        ];
        var found = new HashSet<Op>(Enumerable.Range(0, Kernels).SelectMany(seed =>
            RandomKernel.Create(seed).Function.Body.All()).Select(i => i.Op));
        Assert.That(Enum.GetValues<Op>().Except(left).Except(found), Is.Empty);
    }

    [Test]
    public void A_seed_gives_the_same_kernel_again_and_a_copy_is_the_same_text() => Assert.Multiple(() =>
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomKernel kernel = RandomKernel.Create(seed);
            Assert.That(RandomKernel.Create(seed).ToString(), Is.EqualTo(kernel.ToString()));
            Assert.That(Printer.Print(Verifier.Verify(Rewriter.Copy(kernel.Function))), Is.EqualTo(Printer.Print(kernel.Function)));
        }
    });

    [TestCase(1)]
    [TestCase(8)]
    [TestCase(32)]
    public void The_passes_keep_what_a_kernel_computes(int warpSize)
    {
        using Context warps = Context.Create(b => b.Interpreter(warpSize));
        KernelTarget passes = RandomKernelCheck.Passes(warps);
        using (passes.Accelerator)
        using (var check = new RandomKernelCheck(passes))
            check.Run(RandomKernelCheck.FirstSeed, RandomKernelCheck.Count);
    }

    [Test]
    public void Wide_accesses_keep_what_a_kernel_computes()
    {
        using Context warps = Context.Create(b => b.Interpreter(32));
        KernelTarget wide = RandomKernelCheck.WideAccesses(warps);
        using (wide.Accelerator)
        using (var check = new RandomKernelCheck(wide))
            check.Run(RandomKernelCheck.FirstSeed, RandomKernelCheck.Count);
    }

    [Test]
    public void A_planted_defect_is_found_and_shrunk_to_its_core()
    {
        // A target that takes the first of two numbers for the larger.
        var defective = new KernelTarget("a defective target", interpreter.Accelerator, (function, groupDim) =>
            interpreter.Compile(Rewriter.Copy(function, i => i.Op == Op.Max ? Rewrite.First : Rewrite.Keep), groupDim));
        using var check = new RandomKernelCheck(defective);
        AssertionException? failure = null;
        using (new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext())
            failure = Assert.Throws<AssertionException>(() => check.Run(0, Kernels));
        Assert.Multiple(() =>
        {
            Assert.That(failure!.Message, Does.Contain("seed ").And.Contains("a defective target").And.Contains(" max "));
            Assert.That(failure.Message.Split('\n'), Has.Length.LessThan(20), failure.Message);
        });
    }
}
