using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="ConvWeights"/> and <see cref="Unfold"/>, loaded on a device.</summary>
public sealed class ConvWeightsLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Loaded<Floats, Floats, Floats, ConvShape, int> single, fours;
    private readonly Func<ConvShape, int, Index3D> grid;
    private readonly Loaded<Floats, Floats, ConvShape> unfold;

    private ConvWeightsLauncher(
        Accelerator accelerator, Action<Floats, Floats, Floats, ConvShape, int> single,
        Action<Floats, Floats, Floats, ConvShape, int> fours, Func<ConvShape, int, Index3D> grid)
    {
        (tuning, this.grid) = (DeviceTuning.For(accelerator), grid);
        (this.single, this.fours, unfold) =
            (new(accelerator, single), new(accelerator, fours), new(accelerator, Kernels.Convolutions.Unfold.Run));
    }

    /// <summary>The kernels, with the device's tile.</summary>
    public static ConvWeightsLauncher Load(Accelerator accelerator)
    {
        return DeviceTuning.For(accelerator).ConvTile switch
        {
            TileShape.Rows4 => Load<Tile4x2>(),
            TileShape.Rows6 => Load<Tile6x2>(),
            TileShape.Rows12 => Load<Tile12x2>(),
            _ => Load<Tile8x2>(),
        };

        ConvWeightsLauncher Load<TTile>() where TTile : struct, ITile =>
            new(accelerator, ConvWeights.Run<TTile>, ConvWeights.Run<Fours<TTile>>, ConvWeights.GridFor<TTile>);
    }

    /// <summary>The sums of each chunk, (<see cref="ConvWeights.Chunks"/>, weights), for <see cref="MatrixLauncher.SumColumns"/>.</summary>
    public void PartialSums(Floats fine, Floats coarse, Floats partial, ConvShape shape) =>
        (tuning.ConvReadsFours && shape.Fine.Channels % 4 == 0 ? fours : single).Launch(
            Launch.Config(grid(shape, tuning.ConvGroupSize), tuning.ConvGroupSize), fine, coarse, partial, shape,
            ConvWeights.ChunkImages(shape));

    /// <inheritdoc cref="Kernels.Convolutions.Unfold"/>
    public void Unfold(Floats fine, Floats unfolded, ConvShape shape) =>
        unfold.Launch(Launch.Config(shape.Images * shape.Coarse.Height, tuning.GroupSize), fine, unfolded, shape);
}
