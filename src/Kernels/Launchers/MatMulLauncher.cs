using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="MatMul"/> with operands, epilogue and tile chosen, loaded on a device.</summary>
public sealed class MatMulLauncher
{
    private readonly Func<MatMulShape, Variant> choose;
    private readonly IPackedProduct[] packed;
    private readonly ElementwiseLauncher? epilogue;

    private MatMulLauncher(Func<MatMulShape, Variant> choose, IPackedProduct[] packed, ElementwiseLauncher? epilogue = null) =>
        (this.choose, this.packed, this.epilogue) = (choose, packed, epilogue);

    /// <summary>The product in one tile or block, ready to be launched.</summary>
    private sealed record Variant(
        Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape> Kernel, Func<MatMulShape, KernelConfig> Config);

    /// <summary>output = f(input·weights + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static MatMulLauncher Forward(
        Accelerator accelerator, Activation activation, Precision precision = Precision.Fp32, bool skipsZeros = false)
    {
        var loader = new Loader<DepthFastest, DepthSlowest>(accelerator, precision, skipsZeros);
        return FusionPlan.Fuses(accelerator, Fusion.LinearActivation)
            ? activation.AcceptForward(loader)
            : loader.Visit<Plain>().Then(ElementwiseLauncher.Forward(accelerator, activation));
    }

    /// <summary>
    /// inputGradient = (outputGradient·weightsᵀ) ⊙ f'(saved), f the activation of the layer below. The right operand is weights
    /// where the device's products take them as they lie (<see cref="DeviceTuning.TurnsOperands"/>), else weightsᵀ, transposed before.
    /// </summary>
    public static MatMulLauncher InputGradient(
        Accelerator accelerator, Activation below, Precision precision = Precision.Fp32, bool skipsZeros = false)
    {
        IEpilogueVisitor<MatMulLauncher> loader = DeviceTuning.For(accelerator).TurnsOperands
            ? new Loader<DepthFastest, DepthFastest>(accelerator, precision, skipsZeros)
            : new Loader<DepthFastest, DepthSlowest>(accelerator, precision, skipsZeros);
        return FusionPlan.Fuses(accelerator, Fusion.ActivationGradient)
            ? below.AcceptGradient(loader)
            : loader.Visit<Plain>().Then(ElementwiseLauncher.Gradient(accelerator, below));
    }

    /// <summary>weightGradient = inputᵀ·outputGradient.</summary>
    public static MatMulLauncher WeightGradient(
        Accelerator accelerator, Precision precision = Precision.Fp32, bool skipsZeros = false) =>
        Load<DepthSlowest, DepthSlowest, Plain>(accelerator, precision, skipsZeros);

    /// <summary>Any product of operands and epilogue, with the device's tile; fp32 where the device has no tensor cores.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="precision">The numbers that are multiplied.</param>
    /// <param name="skipsZeros">
    /// Whether many numbers of the left factor are expected to be zero; on processors, work is saved where they are, and some is added
    /// where they are not. The results are the same.
    /// </param>
    public static MatMulLauncher Load<TLeft, TRight, TEpilogue>(
        Accelerator accelerator, Precision precision = Precision.Fp32, bool skipsZeros = false)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        if (precision != Precision.Fp32 && Backend.HasTensorCores(accelerator))
            return precision == Precision.Tf32 ? OfTensorCores<Tf32>() : OfTensorCores<Bf16>();
        return tuning.Tile switch
        {
            TileShape.Rows4 => OfTile<Tile4x2>(),
            TileShape.Rows6 => OfTile<Tile6x2>(),
            TileShape.Rows8 => OfTile<Tile8x2>(),
            TileShape.Rows12 => OfTile<Tile12x2>(),
            _ => OfBlocks(),
        };

        MatMulLauncher OfTile<TTile>() where TTile : struct, ITile
        {
            var only = new Variant(
                new(accelerator, MatMul.Multiply<TTile, TLeft, TRight, TEpilogue>),
                shape => Launch.Config(MatMul.GridFor<TTile>(shape.Rows, shape.Columns, tuning.GroupSize), tuning.GroupSize));
            return new(_ => only, tuning.PacksPanels ? [.. Panels()] : []);
        }

        IEnumerable<IPackedProduct> Panels()
        {
            if (skipsZeros)
                yield return PanelProduct.Load<TLeft, TRight, TEpilogue>(accelerator, tuning, skipsZeros: true);
            yield return PanelProduct.Load<TLeft, TRight, TEpilogue>(accelerator, tuning);
        }

        MatMulLauncher OfBlocks()
        {
            Variant[] wide = [Block<Block128x128>(), Block<Block64x64>(), Block<Block32x32>(), Block<Block16x32>()];
            Variant[] single =
                [Block<Single<Block128x128>>(), Block<Single<Block64x64>>(), Block<Single<Block32x32>>(), Block<Single<Block16x32>>()];
            return new(shape => Largest(BlockedMatMul.IsWide<TLeft, TRight>(shape) ? wide : single, shape, tuning.FewestGroups), []);
        }

        Variant Block<TBlock>() where TBlock : struct, IBlock
        {
            int groupSize = BlockedMatMul.GroupSize<TBlock>();
            var specialization = new KernelSpecialization(groupSize, TBlock.MinGroupsPerMultiprocessor);
            return new(
                new(accelerator, BlockedMatMul.Multiply<TBlock, TLeft, TRight, TEpilogue>, specialization),
                shape => Launch.Config(BlockedMatMul.GridFor<TBlock>(shape.Rows, shape.Columns), groupSize));
        }

        MatMulLauncher OfTensorCores<TPrecision>() where TPrecision : struct, ITensorPrecision
        {
            Variant[] blocks = [TensorBlock<Tensor64x64, TPrecision>(), TensorBlock<Tensor32x32, TPrecision>()];
            return new(
                shape => Largest(blocks, shape, tuning.Processors),
                [PackedProduct.Load<TPrecision, TLeft, TRight, TEpilogue>(accelerator, tuning.Processors)]);
        }

        Variant TensorBlock<TBlock, TPrecision>() where TBlock : struct, ITensorBlock where TPrecision : struct, ITensorPrecision => new(
            new(accelerator, TensorMatMul.Multiply<TBlock, TPrecision, TLeft, TRight, TEpilogue>),
            shape => TensorMatMul.Config<TBlock>(shape.Rows, shape.Columns));
    }

    /// <summary>The floats of scratch memory that a product of this shape makes use of; 0 where it needs none.</summary>
    public long ScratchLength(MatMulShape shape) => Packed(shape)?.ScratchLength(shape) ?? 0;

    /// <summary>Launches the product. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    /// <param name="left">(rows, depth), or as the operand says.</param>
    /// <param name="right">(depth, columns), or as the operand says.</param>
    /// <param name="output">(rows, columns).</param>
    /// <param name="bias">As the epilogue says.</param>
    /// <param name="saved">As the epilogue says.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scratch">
    /// Room for packed factors, which makes large products faster: <see cref="ScratchLength"/> floats that begin at a multiple of 16 bytes;
    /// their contents are lost.
    /// </param>
    public void Run(Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch = default)
    {
        if (Packed(shape) is { } product && product.ScratchLength(shape) <= scratch.Length)
        {
            product.Run(left, right, output, bias, saved, shape, scratch);
        }
        else
        {
            Variant variant = choose(shape);
            variant.Kernel.Launch(variant.Config(shape), left, right, output, bias, saved, shape);
        }
        epilogue?.Run(output, bias, saved, shape.Rows, shape.Columns);
    }

    /// <summary>The product that packs its factors, if that pays.</summary>
    private IPackedProduct? Packed(MatMulShape shape)
    {
        foreach (IPackedProduct product in packed)
        {
            if (product.IsFor(shape))
                return product;
        }
        return null;
    }

    /// <summary>The product followed by a launch that finishes it.</summary>
    private MatMulLauncher Then(ElementwiseLauncher? last) => new(choose, packed, last);

    /// <summary>The largest block of which there are enough to keep all processors busy; what is not used is not compiled.</summary>
    private static Variant Largest(Variant[] blocks, MatMulShape shape, int processors)
    {
        foreach (Variant block in blocks)
        {
            if (block.Config(shape).GridDim.Size >= processors)
                return block;
        }
        return blocks[^1];
    }

    private sealed record Loader<TLeft, TRight>(Accelerator Accelerator, Precision Precision, bool SkipsZeros)
        : IEpilogueVisitor<MatMulLauncher>
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        public MatMulLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue =>
            Load<TLeft, TRight, TEpilogue>(Accelerator, Precision, SkipsZeros);
    }
}
