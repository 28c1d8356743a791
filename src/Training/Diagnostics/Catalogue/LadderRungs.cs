using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Ladders;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>Launches of the rungs of ladders: kernels that are there to be studied.</summary>
internal static class LadderRungs
{
    /// <summary>
    /// Launches each rung that is for a device, at a size, and at the next multiple of four, which wide accesses need. Rungs for tensor
    /// cores are left out: their kernels are those of the product.
    /// </summary>
    public static void Launch(Accelerator accelerator, Ladder ladder, int size)
    {
        foreach (int one in ((int[])[size, size + 3 & ~3]).Distinct())
            Launch(accelerator, ladder, ladder.SizesOf(one));
    }

    private static void Launch(Accelerator accelerator, Ladder ladder, LadderSizes sizes)
    {
        (int left, int right, int output) = ladder.Lengths(sizes);
        using var memory = new LadderMemory(accelerator, new float[left], new float[right], output);
        foreach (Rung rung in ladder.Rungs.Where(rung => rung.Devices != RungDevices.TensorCores && rung.Refusal(accelerator) is null))
            memory.Load(rung, sizes)();
    }
}
