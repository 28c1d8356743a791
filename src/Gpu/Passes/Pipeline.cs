using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

internal static class Pipeline
{
    public static Function Run(Function function, Index3D groupDim, int warpSize) => throw new NotSupportedException($"{function.Name} {groupDim} {warpSize}");
}
