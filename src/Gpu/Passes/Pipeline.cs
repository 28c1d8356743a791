using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

/// <summary>The passes, in order, from an imported kernel to what the targets emit.</summary>
internal static class Pipeline
{
    /// <summary>Optimises a kernel for groups of one shape.</summary>
    /// <exception cref="KernelCompilationException">A local array stays dynamic, or a barrier is divergent.</exception>
    public static Function Run(Function function, Index3D groupDim, int warpSize)
    {
        function = Specialize.Apply(function, groupDim, warpSize);
        function = Simplify.Apply(function);
        function = RootPointers.Apply(function);
        function = CountedLoops.Apply(function);
        function = Simplify.Apply(function);
        function = Unroll.Apply(function);
        function = Simplify.Apply(function);
        function = PromoteLocals.Apply(function);
        function = Simplify.Apply(function);
        Variance.Analyze(function, groupDim, 0).RequireUniformBarriers();
        function = IfConversion.Apply(function);
        function = HoistInvariants.Apply(function);
        function = Simplify.Apply(function);
        return Verifier.Verify(function);
    }
}
