namespace VaeGpu.Kernels;

/// <summary><see cref="ConvWeights"/> and <see cref="Unfold"/>, loaded on a device.</summary>
public sealed class ConvWeightsLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Func<ConvShape, Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape, int>> partialSums;
    private readonly Func<ConvShape, Index3D> grid;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ConvShape> unfold;

    private ConvWeightsLauncher(
        Accelerator accelerator,
        Func<ConvShape, Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape, int>> partialSums,
        Func<ConvShape, Index3D> grid)
    {
        tuning = DeviceTuning.For(accelerator);
        this.partialSums = partialSums;
        this.grid = grid;
        var unfoldKernel = Kernels.Unfold.Run;
        unfold = accelerator.LoadStreamKernel(unfoldKernel);
    }

    /// <summary>The kernels, with the device's tile.</summary>
    public static ConvWeightsLauncher Load(Accelerator accelerator)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        return tuning.ConvTile switch
        {
            TileShape.Rows4 => Load<Tile4x2>(accelerator, tuning),
            TileShape.Rows6 => Load<Tile6x2>(accelerator, tuning),
            _ => Load<Tile8x2>(accelerator, tuning),
        };
    }

    /// <summary>
    /// The sums of each chunk, (<see cref="ConvWeights.Chunks"/>, weights); <see cref="MatrixLauncher.SumColumns"/> adds them.
    /// </summary>
    public void PartialSums(ArrayView<float> fine, ArrayView<float> coarse, ArrayView<float> partial, ConvShape shape) =>
        partialSums(shape)(Launch.Config(grid(shape), tuning.ConvGroupSize), fine, coarse, partial, shape, ConvWeights.ChunkImages(shape));

    /// <inheritdoc cref="Kernels.Unfold"/>
    public void Unfold(ArrayView<float> fine, ArrayView<float> unfolded, ConvShape shape) =>
        unfold(Launch.Config(shape.Images * shape.Coarse.Height, tuning.GroupSize), fine, unfolded, shape);

    private static ConvWeightsLauncher Load<TTile>(Accelerator accelerator, DeviceTuning tuning) where TTile : struct, ITile
    {
        var kernel = ConvWeights.Run<TTile>;
        var fours = ConvWeights.Run<Fours<TTile>>;
        var (single, wide) = (accelerator.LoadStreamKernel(kernel), accelerator.LoadStreamKernel(fours));
        return new(
            accelerator,
            shape => tuning.ConvReadsFours && shape.Fine.Channels % 4 == 0 ? wide : single,
            shape => ConvWeights.GridFor<TTile>(shape, tuning.ConvGroupSize));
    }
}
