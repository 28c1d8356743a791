using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Training.Catalogue;

/// <summary>Launches of the kernels that training does not use: the twins of fused ones, and what only evaluation and tools need.</summary>
internal static class Unfused
{
    public static void Likelihood(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings settings, ReconstructionShape shape)
    {
        using var launcher = new LikelihoodLauncher(accelerator, likelihood, settings);
        int elements = shape.Rows * shape.Columns;
        using var data = accelerator.Allocate1D(new float[elements]);
        using var outputs = accelerator.Allocate1D(new float[elements * launcher.Outputs]);
        using var results = accelerator.Allocate1D(new float[elements * launcher.Outputs]);
        using var losses = accelerator.Allocate1D(new float[shape.Rows]);
        using var control = accelerator.Allocate1D([new ControlBlock { Seed = 1, Step = 1, LikelihoodWeight = 1 }]);
        using var variance = accelerator.Allocate1D(new float[1]);
        launcher.Variance?.Prepare(variance.View);
        launcher.Loss(data.View, outputs.View, losses.View, shape);
        launcher.Gradient(data.View, outputs.View, results.View, control.View, shape);
        launcher.Mean(outputs.View, results.View, shape);
        launcher.Sample(outputs.View, results.View, control.View, shape);
    }

    public static void Layers(Accelerator accelerator, MatrixShape shape)
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        KernelConfig elements = Launch.Config(Elementwise.GridFor(shape, groupSize), groupSize);
        using var matrix = accelerator.Allocate1D(new float[shape.Rows * shape.Columns]);
        using var other = accelerator.Allocate1D(new float[shape.Rows * shape.Columns]);
        using var bias = accelerator.Allocate1D(new float[shape.Columns]);
        using var control = accelerator.Allocate1D([new ControlBlock { Seed = 1, Step = 1 }]);
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        var activate = Elementwise.AddBiasAndActivate<Relu>;
        var differentiate = Elementwise.MultiplyByDerivative<Relu>;
        accelerator.LoadStreamKernel(activate)(elements, matrix.View, bias.View, other.View, shape);
        accelerator.LoadStreamKernel(differentiate)(elements, matrix.View, other.View, shape);
        MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator).Run(
            matrix.View, matrix.View, other.View, default, default, new() { Rows = 3, Columns = 3, Depth = 3 });
        var matrices = new MatrixLauncher(accelerator);
        matrices.Transpose(matrix.View, other.View, shape);
        matrices.SumColumns(matrix.View, bias.View, shape);
        matrices.SwapAxes(matrix.View, other.View, new() { Rows = 2, Columns = 2 }, 2);
        var step = new StepLauncher(accelerator);
        step.Gather(matrix.View, other.View, control.View, new() { Rows = shape.Rows, Columns = shape.Columns, Count = shape.Rows });
        step.Accumulate(bias.View, bias.View, sums.View, control.View, new() { Rows = shape.Rows, Count = shape.Rows });
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
        using var packed = accelerator.Allocate1D<uint>(PackedMatMul.Columns * Pack.WordMultiple);
        var factor = new PackShape { Lines = 3, Depth = 3, PackedLines = PackedMatMul.Columns, Words = Pack.WordMultiple };
        var alongDepth = Pack.Run<TPrecision, DepthFastest>;
        var alongLines = Pack.Run<TPrecision, DepthSlowest>;
        var packedProduct = PackedMatMul.Multiply<TPrecision, Plain>;
        accelerator.LoadStreamKernel(alongDepth)(Pack.Config(factor), matrix, packed.View, factor);
        accelerator.LoadStreamKernel(alongLines)(Pack.Config(factor), matrix, packed.View, factor);
        accelerator.LoadStreamKernel(packedProduct)(PackedMatMul.Config(3, 3), packed.View, packed.View, result, default, default, shape);
    }

    public static void Latent(Accelerator accelerator, LatentShape shape)
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
        KernelConfig elements = Launch.Config(Elementwise.GridFor(matrix, groupSize), groupSize);
        int count = shape.Rows * shape.Columns;
        using var encoded = accelerator.Allocate1D(new float[2 * count]);
        using var gradient = accelerator.Allocate1D(new float[2 * count]);
        using var latent = accelerator.Allocate1D(new float[count]);
        using var rows = accelerator.Allocate1D(new float[count]);
        using var gates = accelerator.Allocate1D(new float[shape.Columns]);
        using var control = accelerator.Allocate1D([new ControlBlock { Seed = 1, Step = 1, DivergenceWeight = 1 }]);
        var launcher = new LatentLauncher(accelerator, Prior.Standard);
        launcher.Sample(encoded.View, latent.View, control.View, shape);
        launcher.Divergence(encoded.View, default, latent.View, shape);
        using var running = accelerator.Allocate1D(new float[shape.Rows * Importance.RunningSums]);
        launcher.Accumulate(rows.View, rows.View, running.View, shape);
        var sum = RowReduction.Run;
        var sampleGradient = Reparameterize.SampleGradient;
        var divergenceGradient = Reparameterize.AddDivergenceGradient<StandardPrior>;
        accelerator.LoadStreamKernel(sum)(Launch.Config(shape.Rows, groupSize), latent.View, rows.View, matrix);
        accelerator.LoadStreamKernel(sampleGradient)(elements, encoded.View, latent.View, gradient.View, control.View, shape);
        accelerator.LoadStreamKernel(divergenceGradient)(
            elements, encoded.View, default, gates.View, gradient.View, default, control.View, shape);
    }
}
