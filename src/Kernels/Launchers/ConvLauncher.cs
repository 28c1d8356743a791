using System.Diagnostics;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// <see cref="Convolution"/> with direction, epilogue and tile chosen, loaded on a device. Vector processors first pack the weights
/// (<see cref="PackPanels"/>) if scratch memory is given, and launch a 1×1 convolution, to which unfolding reduces a layer, as a
/// matrix product.
/// </summary>
public sealed class ConvLauncher
{
    /// <summary>The fewest target pixels at which packing pays: how often a packed number is read.</summary>
    private const int FewestUses = 32;
    /// <summary>Columns of a tile, in vectors.</summary>
    private const int TileColumns = 2;

    private readonly DeviceTuning tuning;
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, ConvShape> single, fours;
    private readonly PackedVariant? packed;
    private readonly Lazy<MatMulLauncher> product;
    private readonly Func<ConvShape, ImageShape> source, target;
    private readonly Func<ConvShape, Index3D> grid;
    private ElementwiseLauncher? epilogue;

    private ConvLauncher(
        DeviceTuning tuning, Loaded<Floats, Floats, Floats, Floats, Floats, ConvShape> single,
        Loaded<Floats, Floats, Floats, Floats, Floats, ConvShape> fours, PackedVariant? packed, Func<MatMulLauncher> product,
        Func<ConvShape, ImageShape> source, Func<ConvShape, ImageShape> target, Func<ConvShape, Index3D> grid)
    {
        (this.tuning, this.single, this.fours, this.packed, this.product) = (tuning, single, fours, packed, new(product));
        (this.source, this.target, this.grid) = (source, target, grid);
    }

    /// <summary>The packing of the weights, and the convolution that takes them.</summary>
    private sealed record PackedVariant(
        Loaded<Floats, Floats, PanelShape> Pack, Loaded<Floats, Floats, Floats, Floats, Floats, ConvShape> Convolve);

    /// <summary>target = f(source ∗ weights + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static ConvLauncher Forward<TDirection>(Accelerator accelerator, Activation activation)
        where TDirection : struct, IConvDirection => FusionPlan.Fuses(accelerator, Fusion.ConvolutionActivation)
            ? activation.AcceptForward(new Loader<TDirection>(accelerator))
            : Load<TDirection, Plain>(accelerator).Then(ElementwiseLauncher.Forward(accelerator, activation));

    /// <summary>target = (source ∗ weights) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static ConvLauncher InputGradient<TDirection>(Accelerator accelerator, Activation below)
        where TDirection : struct, IConvDirection => FusionPlan.Fuses(accelerator, Fusion.ActivationGradient)
            ? below.AcceptGradient(new Loader<TDirection>(accelerator))
            : Load<TDirection, Plain>(accelerator).Then(ElementwiseLauncher.Gradient(accelerator, below));

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

        ConvLauncher Load<TTile>() where TTile : struct, ITile
        {
            Debug.Assert(TTile.Columns == TileColumns);
            return new(
                tuning, new(accelerator, Convolution.Run<TTile, TDirection, DenseWeights, TEpilogue>),
                new(accelerator, Convolution.Run<Fours<TTile>, TDirection, DenseWeights, TEpilogue>),
                tuning.PacksPanels
                    ? new(new(accelerator, PackPanels.Run<RightPanel<TTile>, DepthSlowest>),
                        new(accelerator, Convolution.Run<TTile, TDirection, PackedWeights, TEpilogue>))
                    : null,
                () => MatMulLauncher.Load<DepthFastest, DepthSlowest, TEpilogue>(accelerator), TDirection.Source, TDirection.Target,
                shape => Convolution.GridFor<TTile, TDirection>(shape, tuning.ConvGroupSize));
        }
    }

    /// <summary>The floats of scratch memory that a convolution of this shape uses; 0 if it uses none.</summary>
    public static long ScratchLength<TDirection>(DeviceTuning tuning, ConvShape shape) where TDirection : struct, IConvDirection =>
        ScratchLength(tuning, shape, TDirection.Source(shape), TDirection.Target(shape));

    private static long ScratchLength(DeviceTuning tuning, ConvShape shape, ImageShape source, ImageShape target)
    {
        PanelShape weights = Panels(tuning, shape, source, target);
        long length = (long)weights.Panels * (TileColumns * tuning.ConvGroupSize) * weights.Depth;
        bool packs = tuning.PacksPanels && !IsProduct(tuning, shape) && (long)shape.Images * target.Pixels >= FewestUses;
        return packs && length <= int.MaxValue ? length : 0;
    }

    /// <summary>
    /// Whether the convolution is launched as a matrix product of the pixels and the weights. Such a product has few columns, of which the
    /// blocks of a GPU would leave most empty.
    /// </summary>
    private static bool IsProduct(DeviceTuning tuning, ConvShape shape) =>
        !tuning.StagesOperands && shape is { Kernel: 1, Stride: 1, Padding: 0 };

    private static PanelShape Panels(DeviceTuning tuning, ConvShape shape, ImageShape source, ImageShape target) =>
        PanelShape.Of(target.Channels, shape.Taps * source.Channels, TileColumns * tuning.ConvGroupSize);

    /// <summary>Launches the convolution. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    /// <param name="source">(images, height, width, channels).</param>
    /// <param name="weights">(taps, source channels, target channels).</param>
    /// <param name="target">(images, height, width, channels).</param>
    /// <param name="bias">As the epilogue says.</param>
    /// <param name="saved">As the epilogue says.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scratch">
    /// Room for packed weights, which makes a convolution faster: <see cref="ScratchLength{TDirection}"/> floats; their contents are lost.
    /// </param>
    public void Run(
        Floats source, Floats weights, Floats target, Floats bias, Floats saved, ConvShape shape, Floats scratch = default)
    {
        ImageShape from = this.source(shape), to = this.target(shape);
        KernelConfig config = Launch.Config(grid(shape), tuning.ConvGroupSize);
        long packedLength = ScratchLength(tuning, shape, from, to);
        if (IsProduct(tuning, shape))
        {
            var sizes = new MatMulShape { Rows = shape.Images * to.Pixels, Columns = to.Channels, Depth = from.Channels };
            product.Value.Run(source, weights, target, bias, saved, sizes);
        }
        else if (packed is not null && packedLength > 0 && packedLength <= scratch.Length)
        {
            PanelShape panels = Panels(tuning, shape, from, to);
            packed.Pack.Launch(
                Launch.Config(PackPanels.GridFor<DepthSlowest>(panels), tuning.ConvGroupSize), weights, scratch, panels);
            packed.Convolve.Launch(config, source, scratch, target, bias, saved, shape);
        }
        else
        {
            (tuning.ConvReadsFours && from.Channels % 4 == 0 ? fours : single).Launch(config, source, weights, target, bias, saved, shape);
        }
        epilogue?.Run(target, bias, saved, shape.Images * to.Pixels, to.Channels);
    }

    /// <summary>The convolution followed by a launch that finishes it.</summary>
    private ConvLauncher Then(ElementwiseLauncher? last)
    {
        epilogue = last;
        return this;
    }

    private sealed record Loader<TDirection>(Accelerator Accelerator) : IEpilogueVisitor<ConvLauncher>
        where TDirection : struct, IConvDirection
    {
        public ConvLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue => Load<TDirection, TEpilogue>(Accelerator);
    }
}
