using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>Launches of the kernels that training does not use: the twins of fused ones, and what only evaluation and tools need.</summary>
internal static class Unfused
{
    public static void Likelihood(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings settings, ReconstructionShape shape)
    {
        using var launcher = new LikelihoodLauncher(accelerator, likelihood, settings);
        using var arrays = new DeviceArrays(accelerator);
        int elements = shape.Rows * shape.Columns;
        ArrayView<float> data = arrays.Zeros(elements), losses = arrays.Zeros(shape.Rows);
        ArrayView<float> outputs = arrays.Zeros(elements * launcher.Outputs), results = arrays.Zeros(elements * launcher.Outputs);
        ArrayView<ControlBlock> control = arrays.Of(new ControlBlock { Seed = 1, Step = 1, LikelihoodWeight = 1 });
        launcher.Variance?.Prepare(arrays.Zeros(1));
        launcher.Loss(data, outputs, losses, shape);
        launcher.Gradient(data, outputs, results, control, shape);
        launcher.Mean(outputs, results, shape);
        launcher.Sample(outputs, results, control, shape);
    }

    /// <summary>The categories of two columns.</summary>
    public static ValueList<int> Categories { get; } = [3, 2];

    public static void CategoricalColumns(Accelerator accelerator, int rows)
    {
        using var launcher = new CategoricalLauncher(accelerator, numbers: 1, Categories, outputs: 1);
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<float> data = arrays.Zeros(3 * rows), outputs = arrays.Zeros(6 * rows), results = arrays.Zeros(6 * rows);
        ArrayView<ControlBlock> control = arrays.Of(new ControlBlock { Seed = 1, Step = 1, LikelihoodWeight = 1 });
        launcher.Gradient(data, outputs, results, control, rows);
        launcher.Mode(outputs, results, rows);
        launcher.Sample(outputs, results, control, rows);
    }

    public static void Layers(Accelerator accelerator, MatrixShape shape)
    {
        KernelConfig elements = DeviceTuning.For(accelerator).Elements(shape.Rows, shape.Columns);
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<float> matrix = arrays.Zeros(shape.Rows * shape.Columns), other = arrays.Zeros(shape.Rows * shape.Columns);
        ArrayView<float> bias = arrays.Zeros(shape.Columns);
        var activate = Elementwise.AddBiasAndActivate<Relu>;
        var differentiate = Elementwise.MultiplyByDerivative<Relu>;
        accelerator.LoadStreamKernel(activate)(elements, matrix, bias, other, shape);
        accelerator.LoadStreamKernel(differentiate)(elements, matrix, other, shape);
        MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator).Run(
            matrix, matrix, other, default, default, new() { Rows = 3, Columns = 3, Depth = 3 });
        var matrices = new MatrixLauncher(accelerator);
        matrices.Transpose(matrix, other, shape);
        matrices.SumColumns(matrix, bias, shape);
        new StepLauncher(accelerator).Gather(
            matrix, other, arrays.Of(new ControlBlock { Seed = 1, Step = 1 }),
            new() { Rows = shape.Rows, Columns = shape.Columns, Count = shape.Rows });
    }

    public static void Step(Accelerator accelerator, MatrixShape shape)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        using var arrays = new DeviceArrays(accelerator);
        int length = shape.Rows * shape.Columns;
        ArrayView<float> values = arrays.Zeros(length), decayed = arrays.Zeros(Launch.Groups(length, AdamW.Block));
        ArrayView<ControlBlock> control = arrays.Of(new ControlBlock { Seed = 1, Step = 1, LearningRate = 1e-3f, GradientNorm = 2 });
        var flat = new FlatShape { Length = length, PerThread = tuning.ElementsPerThread };
        KernelConfig cover = Launch.Config(Launch.Groups(length, tuning.GroupSize * flat.PerThread), tuning.GroupSize);
        var binarize = Batch.Binarize;
        var clip = GradientNorm.Clip;
        var decay = AdamW.Decay;
        accelerator.LoadStreamKernel(binarize)(
            tuning.Elements(shape.Rows, shape.Columns), values, control,
                new() { Rows = shape.Rows, Columns = shape.Columns, Binarize = 1 });
        new StepLauncher(accelerator).Gather(
            arrays.Of(new byte[length]), values, control,
            new() { Rows = shape.Rows, Columns = shape.Columns, Count = shape.Rows, Binarize = 1 });
        accelerator.LoadStreamKernel(clip)(cover, values, control, flat, 1f);
        accelerator.LoadStreamKernel(decay)(cover, values, decayed, control, flat, 0.01f);
        KernelConfig oneGroup = tuning.Rows(1, shape.Rows);
        var end = new StepShape { Rows = shape.Rows, Count = shape.Rows };
        var addLosses = Metrics.AddLosses;
        var countOn = Metrics.CountOn<Constant>;
        accelerator.LoadStreamKernel(addLosses)(oneGroup, values, values, arrays.Of(new MetricSums()), control, end);
        accelerator.LoadStreamKernel(countOn)(oneGroup, control, end);
        new ShardLauncher(accelerator).Add(values, arrays.Zeros(length), length, shard: 1, shards: 2);
    }

    /// <summary>What a GPU chooses for products that are larger than the model's; rows of four numbers at once where they can be.</summary>
    public static void LargeProducts(Accelerator accelerator, int side)
    {
        if (!DeviceTuning.For(accelerator).StagesOperands)
            return;
        if (side % 4 == 0)
        {
            Blocked<Block128x128>(accelerator, side);
            Blocked<Block64x64>(accelerator, side);
        }
        else
        {
            Blocked<Single<Block128x128>>(accelerator, side);
            Blocked<Single<Block64x64>>(accelerator, side);
        }
    }

    /// <summary>What a vector processor chooses for products that are larger than the model's.</summary>
    public static void Panels(Accelerator accelerator)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        if (!tuning.PacksPanels)
            return;
        var small = new MatMulShape { Rows = 13, Columns = 35, Depth = 19 };
        Panels<DepthFastest, DepthSlowest>(accelerator, tuning, small, skipsZeros: false);
        Panels<DepthSlowest, DepthSlowest>(accelerator, tuning, small, skipsZeros: false);
        Panels<DepthSlowest, DepthSlowest>(accelerator, tuning, small, skipsZeros: true);
    }

    private static void Panels<TLeft, TRight>(Accelerator accelerator, DeviceTuning tuning, MatMulShape shape, bool skipsZeros)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        var product = PanelProduct.Load<TLeft, TRight, Plain>(accelerator, tuning, skipsZeros);
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<float> matrix = arrays.Zeros(Math.Max(shape.Rows, shape.Columns) * shape.Depth);
        ArrayView<float> output = arrays.Zeros(shape.Rows * shape.Columns), scratch = arrays.Zeros((int)product.ScratchLength(shape));
        product.Run(matrix, matrix, output, default, default, shape, scratch);
    }

    private static void Blocked<TBlock>(Accelerator accelerator, int side) where TBlock : struct, IBlock
    {
        var shape = new MatMulShape { Rows = side, Columns = side, Depth = side };
        using var matrix = accelerator.Allocate1D(new float[side * side]);
        using var result = accelerator.Allocate1D<float>(side * side);
        var product = BlockedMatMul.Multiply<TBlock, DepthFastest, DepthSlowest, Plain>;
        accelerator.LoadStreamKernel(product,
            new KernelSpecialization(BlockedMatMul.GroupSize<TBlock>(), TBlock.MinGroupsPerMultiprocessor))(
            Launch.Config(BlockedMatMul.GridFor<TBlock>(side, side), BlockedMatMul.GroupSize<TBlock>()),
            matrix.View, matrix.View, result.View, default, default, shape);
    }

    /// <summary>What only a device with tensor cores chooses.</summary>
    public static void TensorProducts(Accelerator accelerator)
    {
        using var matrix = accelerator.Allocate1D(new float[3 * 3]);
        using var result = accelerator.Allocate1D<float>(3 * 3);
        Tensor<Tf32>(accelerator, matrix.View, result.View);
        Tensor<Bf16>(accelerator, matrix.View, result.View);
    }

    private static void Tensor<TPrecision>(Accelerator accelerator, ArrayView<float> matrix, ArrayView<float> result)
        where TPrecision : struct, ITensorPrecision
    {
        var shape = new MatMulShape { Rows = 3, Columns = 3, Depth = 3 };
        var product = TensorMatMul.Multiply<Tensor64x64, TPrecision, DepthFastest, DepthSlowest, Plain>;
        accelerator.LoadStreamKernel(product)(TensorMatMul.Config<Tensor64x64>(3, 3), matrix, matrix, result, default, default, shape);
        var packed = PackedProduct.Load<TPrecision, DepthFastest, DepthSlowest, Plain>(accelerator, processors: 1);
        using var scratch = accelerator.Allocate1D<float>(packed.ScratchLength(shape));
        packed.Run(matrix, matrix, result, default, default, shape, scratch.View);
    }

    public static void Latent(Accelerator accelerator, LatentShape shape)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
        KernelConfig elements = tuning.Elements(shape.Rows, shape.Columns);
        int count = shape.Rows * shape.Columns;
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<float> encoded = arrays.Zeros(2 * count), gradient = arrays.Zeros(2 * count);
        ArrayView<float> latent = arrays.Zeros(count), rows = arrays.Zeros(count), gates = arrays.Zeros(shape.Columns);
        ArrayView<ControlBlock> control = arrays.Of(new ControlBlock { Seed = 1, Step = 1, DivergenceWeight = 1 });
        var launcher = new LatentLauncher(accelerator, Prior.Standard);
        launcher.Sample(encoded, latent, control, shape);
        launcher.Divergence(encoded, default, latent, shape);
        launcher.Draw(encoded, default, latent, rows, control, shape);
        launcher.Accumulate(rows, rows, arrays.Zeros(shape.Rows * Importance.RunningSums), shape);
        var sum = RowReduction.Run;
        var sampleGradient = Reparameterize.SampleGradient;
        var divergenceGradient = Reparameterize.AddDivergenceGradient<StandardPrior>;
        accelerator.LoadStreamKernel(sum)(Launch.Config(shape.Rows, tuning.GroupSize), latent, rows, matrix);
        accelerator.LoadStreamKernel(sampleGradient)(elements, encoded, latent, gradient, control, shape);
        accelerator.LoadStreamKernel(divergenceGradient)(elements, encoded, default, gates, gradient, default, control, shape);
    }
}
