namespace VaeGpu.Kernels;

/// <summary><see cref="MatMul"/> with operands, epilogue and tile chosen, loaded on a device.</summary>
public sealed class MatMulLauncher
{
    private readonly Func<MatMulShape, Variant> choose;

    private MatMulLauncher(Func<MatMulShape, Variant> choose) => this.choose = choose;

    /// <summary>The product in one tile or block, ready to be launched.</summary>
    private sealed record Variant(
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatMulShape> Launch,
        Func<MatMulShape, Index3D> Grid,
        int GroupSize);

    /// <summary>output = f(input·weights + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static MatMulLauncher Forward(Accelerator accelerator, Activation activation) => activation switch
    {
        Activation.Identity => Load<DepthFastest, DepthSlowest, BiasActivation<Identity>>(accelerator),
        Activation.Relu => Load<DepthFastest, DepthSlowest, BiasActivation<Relu>>(accelerator),
        Activation.LeakyRelu => Load<DepthFastest, DepthSlowest, BiasActivation<LeakyRelu>>(accelerator),
        Activation.Elu => Load<DepthFastest, DepthSlowest, BiasActivation<Elu>>(accelerator),
        Activation.Tanh => Load<DepthFastest, DepthSlowest, BiasActivation<Tanh>>(accelerator),
        Activation.Sigmoid => Load<DepthFastest, DepthSlowest, BiasActivation<Sigmoid>>(accelerator),
        Activation.Softplus => Load<DepthFastest, DepthSlowest, BiasActivation<Softplus>>(accelerator),
        Activation.Silu => Load<DepthFastest, DepthSlowest, BiasActivation<Silu>>(accelerator),
        Activation.Gelu => Load<DepthFastest, DepthSlowest, BiasActivation<Gelu>>(accelerator),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
    };

    /// <summary>
    /// inputGradient = (outputGradient·weightsᵀ) ⊙ f'(saved), f the activation of the layer below. The right operand is weights
    /// where the device's products stage their operands (<see cref="DeviceTuning.StagesOperands"/>), else weightsᵀ, transposed before.
    /// </summary>
    public static MatMulLauncher InputGradient(Accelerator accelerator, Activation below) => DeviceTuning.For(accelerator).StagesOperands
        ? InputGradient<DepthFastest>(accelerator, below)
        : InputGradient<DepthSlowest>(accelerator, below);

    /// <summary>weightGradient = inputᵀ·outputGradient.</summary>
    public static MatMulLauncher WeightGradient(Accelerator accelerator) => Load<DepthSlowest, DepthSlowest, Plain>(accelerator);

    /// <summary>Any product of operands and epilogue, with the device's tile.</summary>
    public static MatMulLauncher Load<TLeft, TRight, TEpilogue>(Accelerator accelerator)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        return tuning.Tile switch
        {
            TileShape.Rows4 => Load<Tile4x2, TLeft, TRight, TEpilogue>(accelerator, tuning.GroupSize),
            TileShape.Rows6 => Load<Tile6x2, TLeft, TRight, TEpilogue>(accelerator, tuning.GroupSize),
            TileShape.Rows8 => Load<Tile8x2, TLeft, TRight, TEpilogue>(accelerator, tuning.GroupSize),
            TileShape.Rows12 => Load<Tile12x2, TLeft, TRight, TEpilogue>(accelerator, tuning.GroupSize),
            _ => LoadBlocked<TLeft, TRight, TEpilogue>(accelerator, tuning.Processors),
        };
    }

    /// <summary>Launches the product. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
    {
        Variant variant = choose(shape);
        variant.Launch(Launch.Config(variant.Grid(shape), variant.GroupSize), left, right, output, bias, saved, shape);
    }

    private static MatMulLauncher InputGradient<TRight>(Accelerator accelerator, Activation below)
        where TRight : struct, IOperand => below switch
    {
        Activation.Identity => Load<DepthFastest, TRight, Plain>(accelerator),
        Activation.Relu => Load<DepthFastest, TRight, ActivationGradient<Relu>>(accelerator),
        Activation.LeakyRelu => Load<DepthFastest, TRight, ActivationGradient<LeakyRelu>>(accelerator),
        Activation.Elu => Load<DepthFastest, TRight, ActivationGradient<Elu>>(accelerator),
        Activation.Tanh => Load<DepthFastest, TRight, ActivationGradient<Tanh>>(accelerator),
        Activation.Sigmoid => Load<DepthFastest, TRight, ActivationGradient<Sigmoid>>(accelerator),
        Activation.Softplus => Load<DepthFastest, TRight, ActivationGradient<Softplus>>(accelerator),
        Activation.Silu => Load<DepthFastest, TRight, ActivationGradient<Silu>>(accelerator),
        Activation.Gelu => Load<DepthFastest, TRight, ActivationGradient<Gelu>>(accelerator),
        _ => throw new ArgumentOutOfRangeException(nameof(below), below, "No such activation."),
    };

    private static MatMulLauncher Load<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator, int groupSize)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        var kernel = MatMul.Multiply<TTile, TLeft, TRight, TEpilogue>;
        var only = new Variant(
            accelerator.LoadStreamKernel(kernel), shape => MatMul.GridFor<TTile>(shape.Rows, shape.Columns, groupSize), groupSize);
        return new(_ => only);
    }

    /// <summary>Blocks: the largest of which there are enough to keep all processors busy; what is not used is not compiled.</summary>
    private static MatMulLauncher LoadBlocked<TLeft, TRight, TEpilogue>(Accelerator accelerator, int processors)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        (Variant Wide, Variant Single)[] blocks =
            [Blocks<Block128x128>(), Blocks<Block64x64>(), Blocks<Block32x32>(), Blocks<Block16x32>()];
        return new(shape =>
        {
            int chosen = Array.FindIndex(blocks, block => block.Wide.Grid(shape).Size >= processors);
            (Variant wide, Variant single) = chosen < 0 ? blocks[^1] : blocks[chosen];
            return BlockedMatMul.IsWide<TLeft, TRight>(shape) ? wide : single;
        });

        (Variant, Variant) Blocks<TBlock>() where TBlock : struct, IBlock => (Block<TBlock>(), Block<Single<TBlock>>());

        Variant Block<TBlock>() where TBlock : struct, IBlock
        {
            var kernel = BlockedMatMul.Multiply<TBlock, TLeft, TRight, TEpilogue>;
            return new(
                accelerator.LoadStreamKernel(kernel),
                shape => BlockedMatMul.GridFor<TBlock>(shape.Rows, shape.Columns),
                BlockedMatMul.GroupSize<TBlock>());
        }
    }
}
