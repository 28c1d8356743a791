using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Frontend;

internal static class Importer
{
    public static Function Import(KernelSource source) => throw new NotSupportedException(source.Name);
}
