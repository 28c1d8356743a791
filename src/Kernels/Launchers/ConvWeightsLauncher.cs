using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// <see cref="ConvWeights"/> and <see cref="Unfold"/>, loaded on a device. Vector processors compute large chunks as products of packed
/// factors (<see cref="PackedConvWeights"/>) where there is room for it.
/// </summary>
public sealed class ConvWeightsLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Loaded<Floats, Floats, Floats, ConvShape, int> single, fours;
    private readonly Func<ConvShape, int, Index3D> grid;
    private readonly Loaded<Floats, Floats, ConvShape> unfold;
    private readonly PackedConvWeights? packed;

    private ConvWeightsLauncher(
        Accelerator accelerator, Action<Floats, Floats, Floats, ConvShape, int> single,
        Action<Floats, Floats, Floats, ConvShape, int> fours, Func<ConvShape, int, Index3D> grid)
    {
        (tuning, this.grid) = (DeviceTuning.For(accelerator), grid);
        (this.single, this.fours, unfold) =
            (new(accelerator, single), new(accelerator, fours), new(accelerator, Kernels.Convolutions.Unfold.Run));
        packed = tuning.PacksPanels ? PackedConvWeights.Load(accelerator, tuning) : null;
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

    /// <summary>The floats of scratch memory that <see cref="PartialSums"/> makes use of; 0 where it needs none.</summary>
    public long ScratchLength(ConvShape shape) => packed is not null && packed.IsFor(shape) ? packed.ScratchLength(shape) : 0;

    /// <summary>The sums of each chunk, (<see cref="ConvWeights.Chunks"/>, weights), for <see cref="MatrixLauncher.SumColumns"/>.</summary>
    /// <param name="fine">(images, height, width, channels).</param>
    /// <param name="coarse">(images, height, width, channels).</param>
    /// <param name="partial">(chunks, weights).</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scratch">
    /// Room for packed factors, which makes large chunks faster: <see cref="ScratchLength"/> floats; their contents are lost.
    /// </param>
    public void PartialSums(Floats fine, Floats coarse, Floats partial, ConvShape shape, Floats scratch = default)
    {
        long packedLength = ScratchLength(shape);
        if (packedLength > 0 && packedLength <= scratch.Length)
        {
            packed!.Run(fine, coarse, partial, shape, scratch);
            return;
        }
        (tuning.ConvReadsFours && shape.Fine.Channels % 4 == 0 ? fours : single).Launch(
            Launch.Config(grid(shape, tuning.ConvGroupSize), tuning.ConvGroupSize), fine, coarse, partial, shape,
            ConvWeights.ChunkImages(shape));
    }

    /// <inheritdoc cref="Kernels.Convolutions.Unfold"/>
    public void Unfold(Floats fine, Floats unfolded, ConvShape shape) =>
        unfold.Launch(Launch.Config(shape.Images * shape.Coarse.Height, tuning.GroupSize), fine, unfolded, shape);
}
