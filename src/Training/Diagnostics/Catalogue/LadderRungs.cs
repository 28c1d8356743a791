using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Ladders;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>Launches of the rungs of ladders: kernels that are there to be studied.</summary>
internal static class LadderRungs
{
    /// <summary>Launches each rung that is for a device; those for tensor cores have kernels of the product alone.</summary>
    public static void Launch(Accelerator accelerator, Ladder ladder, LadderSizes sizes)
    {
        (int left, int right, int output) = ladder.Lengths(sizes);
        using var memory = new LadderMemory(accelerator, new float[left], new float[right], output);
        foreach (Rung rung in ladder.Rungs.Where(rung => rung.Devices != RungDevices.TensorCores && rung.Refusal(accelerator) is null))
            memory.Load(rung, sizes)();
    }
}
