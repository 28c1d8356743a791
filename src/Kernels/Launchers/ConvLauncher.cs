using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels;

/// <summary><see cref="Convolution"/> with direction, epilogue and tile chosen, loaded on a device.</summary>
public sealed class ConvLauncher
{
    private readonly Func<ConvShape, Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ConvShape>> choose;
    private readonly Func<ConvShape, Index3D> grid;
    private readonly int groupSize;

    private ConvLauncher(
        Func<ConvShape, Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, ConvShape>> choose,
        Func<ConvShape, Index3D> grid,
        int groupSize)
    {
        this.choose = choose;
        this.grid = grid;
        this.groupSize = groupSize;
    }

    /// <summary>target = f(source ∗ weights + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static ConvLauncher Forward<TDirection>(Accelerator accelerator, Activation activation)
        where TDirection : struct, IConvDirection => EpilogueChoice.Forward(activation, new Loader<TDirection>(accelerator));

    /// <summary>target = (source ∗ weights) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static ConvLauncher InputGradient<TDirection>(Accelerator accelerator, Activation below)
        where TDirection : struct, IConvDirection => EpilogueChoice.InputGradient(below, new Loader<TDirection>(accelerator));

    /// <summary>Any direction and epilogue, with the device's tile.</summary>
    public static ConvLauncher Load<TDirection, TEpilogue>(Accelerator accelerator)
        where TDirection : struct, IConvDirection
        where TEpilogue : struct, IEpilogue
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        return tuning.ConvTile switch
        {
            TileShape.Rows4 => Load<Tile4x2, TDirection, TEpilogue>(accelerator, tuning),
            TileShape.Rows6 => Load<Tile6x2, TDirection, TEpilogue>(accelerator, tuning),
            _ => Load<Tile8x2, TDirection, TEpilogue>(accelerator, tuning),
        };
    }

    /// <summary>Launches the convolution. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> source, ArrayView<float> weights, ArrayView<float> target, ArrayView<float> bias, ArrayView<float> saved,
        ConvShape shape) =>
        choose(shape)(Launch.Config(grid(shape), groupSize), source, weights, target, bias, saved, shape);

    private static ConvLauncher Load<TTile, TDirection, TEpilogue>(Accelerator accelerator, DeviceTuning tuning)
        where TTile : struct, ITile
        where TDirection : struct, IConvDirection
        where TEpilogue : struct, IEpilogue
    {
        var kernel = Convolution.Run<TTile, TDirection, TEpilogue>;
        var fours = Convolution.Run<Fours<TTile>, TDirection, TEpilogue>;
        var (single, wide) = (accelerator.LoadStreamKernel(kernel), accelerator.LoadStreamKernel(fours));
        return new(
            shape => tuning.ConvReadsFours && TDirection.Source(shape).Channels % 4 == 0 ? wide : single,
            shape => Convolution.GridFor<TTile, TDirection>(shape, tuning.ConvGroupSize),
            tuning.ConvGroupSize);
    }

    private sealed record Loader<TDirection>(Accelerator Accelerator) : IEpilogueVisitor<ConvLauncher>
        where TDirection : struct, IConvDirection
    {
        public ConvLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue => Load<TDirection, TEpilogue>(Accelerator);
    }
}
