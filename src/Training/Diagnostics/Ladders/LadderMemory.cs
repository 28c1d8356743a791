using VaeGpu.Kernels.Ladders;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>The inputs, the output and the scratch memory of a ladder's rungs on a device.</summary>
internal sealed class LadderMemory(Accelerator accelerator, float[] left, float[] right, int outputLength) : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> leftBuffer = accelerator.Allocate1D(left);
    private readonly MemoryBuffer1D<float, Stride1D.Dense> rightBuffer = accelerator.Allocate1D(right);
    private readonly MemoryBuffer1D<float, Stride1D.Dense> output = accelerator.Allocate1D<float>(outputLength);
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> scratch = [];

    /// <summary>A rung, ready to be launched.</summary>
    public Action Load(Rung rung, LadderSizes sizes)
    {
        LoadedRung loaded = rung.Load(accelerator, sizes);
        var own = accelerator.Allocate1D<float>(Math.Max(4, loaded.ScratchLength));
        scratch.Add(own);
        return () => loaded.Launch(leftBuffer.View, rightBuffer.View, output.View, own.View);
    }

    /// <summary>The results of a launch; what an earlier one left is gone.</summary>
    public float[] ResultsOf(Action launch)
    {
        output.MemSet(0xFF);
        launch();
        return output.GetAsArray1D();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in (MemoryBuffer1D<float, Stride1D.Dense>[])[leftBuffer, rightBuffer, output, .. scratch])
            buffer.Dispose();
    }
}
