using VaeGpu.Bench.Measuring;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels;

namespace VaeGpu.Bench.Figures;

/// <summary>Launches of a training step that are fused, or are not, as the device's <see cref="FusionPlan"/> says.</summary>
/// <param name="Name">What they compute.</param>
/// <param name="Size">At which sizes: those of a training step of 784-400-20, batch 128.</param>
/// <param name="Fusion">What fuses them.</param>
/// <param name="Prepare">Loads the kernels on a device and allocates their memory; gives the launches.</param>
internal sealed record FusedPair(string Name, string Size, Fusion Fusion, Func<Accelerator, Buffers, Action> Prepare)
{
    private const int Batch = 128, Pixels = 784, Hidden = 400, Latent = 20, Parameters = 652_824;

    /// <summary>Every fusion of a training step.</summary>
    public static IReadOnlyList<FusedPair> All { get; } =
    [
        new("linear + bias + ReLU", $"{Batch}×{Pixels}×{Hidden}", Fusion.LinearActivation, Linear),
        new("input gradient + ReLU", $"{Batch}×{Pixels}×{Hidden}", Fusion.ActivationGradient, InputGradient),
        new("convolution + bias + ReLU", $"{Batch}×14×14×32×64", Fusion.ConvolutionActivation, Convolve),
        Of("reparameterize + KL, forward", $"{Batch}×{Latent}", Fusion.Reparameterization, step => step.ReparameterizeForward()),
        Of("reparameterize + KL, backward", $"{Batch}×{Latent}", Fusion.Reparameterization, step => step.ReparameterizeBackward()),
        .. Likelihood.All.Select(likelihood =>
            Of($"{likelihood} loss + gradient", $"{Batch}×{Pixels}", Fusion.LossGradient, step => step.Loss(likelihood))),
        Of("AdamW + clipping", $"{Parameters} parameters", Fusion.Optimizer,
            step => step.Adam("", Parameters, 0, 0, AdamSettings.Of(weightDecay: 0.01, clipNorm: 1))),
        Of("gather + binarize", $"{Batch}×{Pixels}", Fusion.BinarizedBatch, step => step.Gather("", binarize: true)),
        Of("sums of losses + counters", $"{Batch}", Fusion.StepEnd, step => step.EndStep()),
    ];

    /// <summary>The launches on a device that fuses them, or does not; <paramref name="buffers"/> own what they work on.</summary>
    public Action On(Accelerator accelerator, bool fused, Buffers buffers)
    {
        Fusion before = FusionPlan.For(accelerator);
        FusionPlan.Use(accelerator, fused ? Fusion.All : Fusion.All & ~Fusion);
        try
        {
            return Prepare(accelerator, buffers);
        }
        finally
        {
            FusionPlan.Use(accelerator, before);
        }
    }

    /// <summary>Operations and bytes of the launches, counted on a stand-in for the device.</summary>
    public (long Flops, long Bytes) Count(Accelerator accelerator, bool fused)
    {
        Fusion before = FusionPlan.For(accelerator);
        FusionPlan.Use(accelerator, fused ? Fusion.All : Fusion.All & ~Fusion);
        Buffers? buffers = null;
        try
        {
            IReadOnlyList<KernelLaunch> launches = KernelInspector.Sample(
                accelerator, other => Prepare(other, buffers = new Buffers(other)), CancellationToken.None);
            return (launches.Sum(launch => launch.Flops), launches.Sum(launch => launch.Bytes));
        }
        finally
        {
            buffers?.Dispose();
            FusionPlan.Use(accelerator, before);
        }
    }

    private static FusedPair Of(string name, string size, Fusion fusion, Func<StepKernels, StepKernel> kernel) => new(
        name, size, fusion, (accelerator, buffers) => kernel(buffers.Own(new StepKernels(accelerator))).Launch);

    private static Action Linear(Accelerator accelerator, Buffers buffers)
    {
        MatMulLauncher product = MatMulLauncher.Forward(accelerator, Activation.Relu);
        MatMulShape shape = ProductFigures.Of(Batch, Pixels, Hidden);
        ArrayView<float> input = buffers.Normal(Batch * Pixels), weights = buffers.Normal(Pixels * Hidden);
        ArrayView<float> bias = buffers.Normal(Hidden), output = buffers.Zeros(Batch * Hidden);
        ArrayView<float> scratch = Scratch(product.ScratchLength(shape), buffers);
        return () => product.Run(input, weights, output, bias, default, shape, scratch);
    }

    private static Action InputGradient(Accelerator accelerator, Buffers buffers)
    {
        MatMulLauncher product = MatMulLauncher.InputGradient(accelerator, Activation.Relu);
        MatMulShape shape = ProductFigures.Of(Batch, Pixels, Hidden);
        ArrayView<float> gradient = buffers.Normal(Batch * Pixels), weights = buffers.Normal(Pixels * Hidden);
        ArrayView<float> saved = buffers.Normal(Batch * Hidden), output = buffers.Zeros(Batch * Hidden);
        ArrayView<float> scratch = Scratch(product.ScratchLength(shape), buffers);
        return () => product.Run(gradient, weights, output, default, saved, shape, scratch);
    }

    private static Action Convolve(Accelerator accelerator, Buffers buffers)
    {
        var launcher = ConvLauncher.Forward<ToCoarse>(accelerator, Activation.Relu);
        var shape = new ConvShape
        {
            Images = Batch,
            Fine = new() { Height = 14, Width = 14, Channels = 32 },
            Coarse = new() { Height = 7, Width = 7, Channels = 64 },
            Kernel = 4, Stride = 2, Padding = 1,
        };
        ArrayView<float> source = buffers.Normal(Batch * shape.Fine.Length), weights = buffers.Normal(shape.Weights);
        ArrayView<float> bias = buffers.Normal(shape.Coarse.Channels), target = buffers.Zeros(Batch * shape.Coarse.Length);
        ArrayView<float> scratch = Scratch(ConvLauncher.ScratchLength<ToCoarse>(DeviceTuning.For(accelerator), shape), buffers);
        return () => launcher.Run(source, weights, target, bias, default, shape, scratch);
    }

    private static ArrayView<float> Scratch(long length, Buffers buffers) => length > 0 ? buffers.Zeros((int)length) : default;
}
