namespace VaeGpu.Gpu.Accelerators;

/// <summary>What a compiled kernel takes of the device, as the driver says.</summary>
/// <param name="Registers">Registers of each thread.</param>
/// <param name="LocalBytes">Memory of each thread, for arrays and for what found no register.</param>
/// <param name="SpillStoreBytes">Bytes that each thread stores for want of registers; null where the driver does not tell.</param>
/// <param name="SpillLoadBytes">Bytes that it loads again.</param>
/// <param name="SharedBytes">Static shared memory of a group.</param>
/// <param name="ConstantBytes">Constant memory, the arguments not counted.</param>
/// <param name="MaxThreads">The most threads that a group of this kernel can have.</param>
/// <param name="Log">All that the driver's compiler said.</param>
public sealed record KernelReport(
    int Registers, int LocalBytes, int? SpillStoreBytes, int? SpillLoadBytes, int SharedBytes, int ConstantBytes, int MaxThreads,
    string Log);
