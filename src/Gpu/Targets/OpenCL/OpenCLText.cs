namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>A kernel as OpenCL C, with what the host has to know to build and launch it.</summary>
/// <param name="Entry">The kernel function's name in the text.</param>
/// <param name="Source">The text.</param>
/// <param name="Arguments">The parameters that the kernel uses, in the order of its arguments. A pointer takes two: memory object and byte
/// offset.</param>
/// <param name="SharedBytes">Static shared memory, with what group operations need for themselves.</param>
/// <param name="UsesDynamicShared">Whether the last argument is the launch's own shared memory.</param>
/// <param name="UsesDoubles">Whether the device must know 64-bit floats.</param>
/// <param name="UsesLongAtomics">Whether the device must know 64-bit atomics.</param>
internal sealed record OpenCLText(
    string Entry, string Source, IReadOnlyList<Parameter> Arguments, long SharedBytes, bool UsesDynamicShared, bool UsesDoubles,
    bool UsesLongAtomics);
