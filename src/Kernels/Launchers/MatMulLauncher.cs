namespace VaeGpu.Kernels;

/// <summary><see cref="MatMul"/> with operands, epilogue and tile chosen, loaded on a device.</summary>
public sealed class MatMulLauncher
{
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        MatMulShape> launch;
    private readonly Func<MatMulShape, Index3D> grid;
    private readonly int groupSize;

    private MatMulLauncher(
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatMulShape> launch,
        Func<MatMulShape, Index3D> grid,
        int groupSize)
    {
        this.launch = launch;
        this.grid = grid;
        this.groupSize = groupSize;
    }

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
            _ => LoadBlocked<Tile4x4, TLeft, TRight, TEpilogue>(accelerator),
        };
    }

    /// <summary>Launches the product. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape) =>
        launch(Launch.Config(grid(shape), groupSize), left, right, output, bias, saved, shape);

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
        return new(accelerator.LoadStreamKernel(kernel), shape => MatMul.GridFor<TTile>(shape.Rows, shape.Columns, groupSize), groupSize);
    }

    private static MatMulLauncher LoadBlocked<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        var kernel = BlockedMatMul.Multiply<TTile, TLeft, TRight, TEpilogue>;
        return new(
            accelerator.LoadStreamKernel(kernel),
            shape => BlockedMatMul.GridFor<TTile>(shape.Rows, shape.Columns),
            BlockedMatMul.GroupSize);
    }
}
