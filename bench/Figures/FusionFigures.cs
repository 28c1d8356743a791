using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Bench.Figures;

/// <summary>What fusing buys: each fused kernel beside the launches that it replaces, with the same result.</summary>
internal static class FusionFigures
{
    private const int Batch = 128, Data = 784, Hidden = 400, Latent = 20;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            yield return Linear(device, effort);
            yield return ReparameterizeForward(device, effort);
            yield return ReparameterizeBackward(device, effort);
            yield return Reconstruct(device, effort);
        }
    }

    private static Figure Linear(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        MatMulShape shape = ProductFigures.Of(Batch, Data, Hidden);
        var matrix = new MatrixShape { Rows = Batch, Columns = Hidden };
        using var input = accelerator.Allocate1D(Measuring.Data.Normal(Batch * Data));
        using var weights = accelerator.Allocate1D(Measuring.Data.Normal(Data * Hidden));
        using var bias = accelerator.Allocate1D(Measuring.Data.Normal(Hidden));
        using var output = accelerator.Allocate1D<float>(Batch * Hidden);
        MatMulLauncher fused = MatMulLauncher.Forward(accelerator, Activation.Relu);
        MatMulLauncher plain = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        var activateKernel = Elementwise.AddBiasAndActivate<Relu>;
        var activate = accelerator.LoadStreamKernel(activateKernel);
        KernelConfig elements = Launch.Config(Elementwise.GridFor(matrix, groupSize), groupSize);
        return Compare(device, "linear + bias + ReLU", $"{Batch}×{Data}×{Hidden}", effort,
            () => fused.Run(input.View, weights.View, output.View, bias.View, default, shape),
            () =>
            {
                plain.Run(input.View, weights.View, output.View, default, default, shape);
                activate(elements, output.View, bias.View, default, matrix);
            });
    }

    private static Figure ReparameterizeForward(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var shape = new LatentShape { Rows = Batch, Columns = Latent, Samples = 1, Purpose = RandomPurpose.Latent };
        var matrix = new MatrixShape { Rows = Batch, Columns = Latent };
        using var encoded = accelerator.Allocate1D(Measuring.Data.Normal(Batch * 2 * Latent));
        using var latent = accelerator.Allocate1D<float>(Batch * Latent);
        using var terms = accelerator.Allocate1D<float>(Batch * Latent);
        using var divergence = accelerator.Allocate1D<float>(Batch);
        using var control = accelerator.Allocate1D([new ControlBlock { Step = 1 }]);
        var fused = new LatentLauncher(accelerator, Prior.Standard);
        var sampleKernel = Reparameterize.Sample;
        var divergenceKernel = Reparameterize.Divergence<StandardPrior>;
        var sumKernel = RowReduction.Run;
        var sample = accelerator.LoadStreamKernel(sampleKernel);
        var diverge = accelerator.LoadStreamKernel(divergenceKernel);
        var sum = accelerator.LoadStreamKernel(sumKernel);
        KernelConfig elements = Launch.Config(Elementwise.GridFor(matrix, groupSize), groupSize), rows = Launch.Config(Batch, groupSize);
        return Compare(device, "reparameterize + KL, forward", $"{Batch}×{Latent}", effort,
            () => fused.Forward(encoded.View, default, latent.View, divergence.View, control.View, shape),
            () =>
            {
                sample(elements, encoded.View, latent.View, control.View, shape);
                diverge(elements, encoded.View, default, terms.View, shape);
                sum(rows, terms.View, divergence.View, matrix);
            });
    }

    private static Figure ReparameterizeBackward(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var shape = new LatentShape { Rows = Batch, Columns = Latent, Samples = 1, Purpose = RandomPurpose.Latent };
        using var encoded = accelerator.Allocate1D(Measuring.Data.Normal(Batch * 2 * Latent));
        using var latentGradient = accelerator.Allocate1D(Measuring.Data.Normal(Batch * Latent));
        using var gradient = accelerator.Allocate1D<float>(Batch * 2 * Latent);
        using var gates = accelerator.Allocate1D(Enumerable.Repeat(1f, Latent).ToArray());
        using var control = accelerator.Allocate1D([new ControlBlock { Step = 1, DivergenceWeight = 1 }]);
        var fused = new LatentLauncher(accelerator, Prior.Standard);
        var sampleKernel = Reparameterize.SampleGradient;
        var divergenceKernel = Reparameterize.AddDivergenceGradient<StandardPrior>;
        var sample = accelerator.LoadStreamKernel(sampleKernel);
        var diverge = accelerator.LoadStreamKernel(divergenceKernel);
        var matrix = new MatrixShape { Rows = Batch, Columns = Latent };
        KernelConfig elements = Launch.Config(Elementwise.GridFor(matrix, groupSize), groupSize);
        return Compare(device, "reparameterize + KL, backward", $"{Batch}×{Latent}", effort,
            () => fused.Backward(encoded.View, default, gates.View, latentGradient.View, gradient.View, default, control.View, shape),
            () =>
            {
                sample(elements, encoded.View, latentGradient.View, gradient.View, control.View, shape);
                diverge(elements, encoded.View, default, gates.View, gradient.View, default, control.View, shape);
            });
    }

    private static Figure Reconstruct(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        var shape = new ReconstructionShape { Rows = Batch, Columns = Data };
        using var data = accelerator.Allocate1D(Measuring.Data.Uniform(Batch * Data));
        using var outputs = accelerator.Allocate1D(Measuring.Data.Normal(Batch * Data));
        using var gradient = accelerator.Allocate1D<float>(Batch * Data);
        using var losses = accelerator.Allocate1D<float>(Batch);
        using var control = accelerator.Allocate1D([new ControlBlock { LikelihoodWeight = 1 }]);
        LikelihoodLauncher fused = new LikelihoodLauncher(accelerator, Likelihood.Bernoulli, default);
        return Compare(device, "Bernoulli loss + gradient", $"{Batch}×{Data}", effort,
            () => fused.LossAndGradient(data.View, outputs.View, losses.View, control.View, shape),
            () =>
            {
                fused.Loss(data.View, outputs.View, losses.View, shape);
                fused.Gradient(data.View, outputs.View, gradient.View, control.View, shape);
            });
    }

    private static Figure Compare(BenchDevice device, string what, string size, Effort effort, Action fused, Action unfused)
    {
        Samples samples = Alternation.Measure(effort, Samplers.Of(device.Accelerator, fused), Samplers.Of(device.Accelerator, unfused));
        return new(what, device.Name, size)
        {
            Value = Quantity.Seconds(samples.Seconds(0)), Beside = Comparison.OfTimes("unfused", samples, Quantity.Seconds),
        };
    }
}
