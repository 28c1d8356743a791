using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Convolution"/> with direction, epilogue and tile chosen, loaded on a device.</summary>
public sealed class ConvLauncher
{
    private readonly Loaded<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape>
        single, fours;
    private readonly DeviceTuning tuning;
    private readonly Func<ConvShape, int> channels;
    private readonly Func<ConvShape, Index3D> grid;

    private ConvLauncher(
        Accelerator accelerator, DeviceTuning tuning,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> single,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> fours,
        Func<ConvShape, int> channels, Func<ConvShape, Index3D> grid)
    {
        (this.tuning, this.channels, this.grid) = (tuning, channels, grid);
        (this.single, this.fours) = (new(accelerator, single), new(accelerator, fours));
    }

    /// <summary>target = f(source ∗ weights + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static ConvLauncher Forward<TDirection>(Accelerator accelerator, Activation activation)
        where TDirection : struct, IConvDirection => activation.AcceptForward(new Loader<TDirection>(accelerator));

    /// <summary>target = (source ∗ weights) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static ConvLauncher InputGradient<TDirection>(Accelerator accelerator, Activation below)
        where TDirection : struct, IConvDirection => below.AcceptGradient(new Loader<TDirection>(accelerator));

    /// <summary>Any direction and epilogue, with the device's tile.</summary>
    public static ConvLauncher Load<TDirection, TEpilogue>(Accelerator accelerator)
        where TDirection : struct, IConvDirection
        where TEpilogue : struct, IEpilogue
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        return tuning.ConvTile switch
        {
            TileShape.Rows4 => Load<Tile4x2>(),
            TileShape.Rows6 => Load<Tile6x2>(),
            TileShape.Rows12 => Load<Tile12x2>(),
            _ => Load<Tile8x2>(),
        };

        ConvLauncher Load<TTile>() where TTile : struct, ITile => new(
            accelerator, tuning, Convolution.Run<TTile, TDirection, TEpilogue>, Convolution.Run<Fours<TTile>, TDirection, TEpilogue>,
            shape => TDirection.Source(shape).Channels, shape => Convolution.GridFor<TTile, TDirection>(shape, tuning.ConvGroupSize));
    }

    /// <summary>Launches the convolution. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> source, ArrayView<float> weights, ArrayView<float> target, ArrayView<float> bias, ArrayView<float> saved,
        ConvShape shape) =>
        (tuning.ConvReadsFours && channels(shape) % 4 == 0 ? fours : single).Launch(
            Launch.Config(grid(shape), tuning.ConvGroupSize), source, weights, target, bias, saved, shape);

    private sealed record Loader<TDirection>(Accelerator Accelerator) : IEpilogueVisitor<ConvLauncher>
        where TDirection : struct, IConvDirection
    {
        public ConvLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue => Load<TDirection, TEpilogue>(Accelerator);
    }
}
