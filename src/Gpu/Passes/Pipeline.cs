namespace VaeGpu.Gpu.Passes;

/// <summary>The passes, in order, from an imported kernel to what the targets emit.</summary>
internal static class Pipeline
{
    /// <summary>Optimizes a kernel for groups of one shape.</summary>
    /// <exception cref="KernelCompilationException">A local array is too large, or a barrier is divergent.</exception>
    public static Function Run(Function function, Index3D groupDim, int warpSize)
    {
        function = Simplify.Apply(Specialize.Apply(function, groupDim, warpSize));
        function = ThenSimplify(function, RootPointers.Apply(CountedLoops.Apply(function)));
        function = ThenSimplify(function, AlignedLoops.Apply(function, groupDim));
        function = ThenSimplify(function, RotateLoops.Apply(function));
        function = ThenSimplify(function, Unroll.Apply(function));
        function = ThenSimplify(function, LocalMemoryAccesses.Apply(function, groupDim));
        function = ThenSimplify(function, PromoteLocals.Apply(function));
        function = ThenSimplify(function, Divisions.Apply(function, groupDim));
        Variance.Analyze(function, groupDim, 0).RequireUniformBarriers();
        function = ReuseLoads.Apply(function);
        function = IfConversion.Apply(function);
        function = Simplify.Apply(HoistInvariants.Apply(function));
        return Verifier.Verify(function);
    }

    private static Function ThenSimplify(Function before, Function after) => ReferenceEquals(before, after) ? after : Simplify.Apply(after);
}
