using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Tests.Frontend;

/// <summary>What the tests of the passes share: import, counts, and a group of 32 threads.</summary>
public abstract class PassTests
{
    private protected static readonly Index3D Group32 = new(32, 1, 1);

    private protected static Function Import(Delegate kernel) => new KernelSource(kernel.Method).Imported;

    /// <summary>The kernel as the passes before loops are looked at leave it.</summary>
    private protected static Function Simplified(Delegate kernel) => Simplify.Apply(Specialize.Apply(Import(kernel), Group32, 16));

    private protected static Function Counted(Delegate kernel) => Simplify.Apply(CountedLoops.Apply(Simplified(kernel)));

    private protected static int Count(Function function, Op op) => function.Body.All().Count(i => i.Op == op);

    private protected static T Only<T>(Function function) where T : Instruction => function.Body.All().OfType<T>().Single();

    private protected static Function Verified(Function function) => Verifier.Verify(function);
}
