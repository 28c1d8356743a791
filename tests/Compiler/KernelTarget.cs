using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests;

/// <summary>Something that runs functions: an accelerator, and how it compiles one for a group shape.</summary>
internal sealed record KernelTarget(string Name, Accelerator Accelerator, Func<Function, Index3D, Executable> Compile)
{
    public override string ToString() => Name;
}

/// <summary>The contents of the buffers that a generated kernel wrote, by name.</summary>
internal sealed record KernelOutput(string Name, MemoryType Type, byte[] Bytes);
