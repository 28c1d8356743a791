using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;

namespace VaeGpu.Bench.Figures;

/// <summary>A launch that memory bounds.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Size">At which sizes.</param>
/// <param name="Bytes">Bytes that it reads and writes.</param>
/// <param name="Footprint">Bytes of the memory that it reads or writes, each once.</param>
/// <param name="Launch">The launch.</param>
internal sealed record StepKernel(string Name, string Size, double Bytes, double Footprint, Action Launch);

/// <summary>The kernels of a training step besides products, at the sizes of the standard model: 784-400-20, batch 128.</summary>
internal sealed class StepKernels : IDisposable
{
    private const int Batch = 128, Pixels = 784, Hidden = 400, Latent = 20, Images = 60_000, ManyParameters = 10_000_000;
    private static readonly MatrixShape layer = new() { Rows = Batch, Columns = Hidden };
    private readonly Accelerator accelerator;
    private readonly Buffers buffers;
    private readonly StepLauncher step;
    private readonly List<IDisposable> loaded = [];
    private readonly ArrayView<ControlBlock> control;

    public StepKernels(Accelerator accelerator)
    {
        this.accelerator = accelerator;
        buffers = new Buffers(accelerator);
        step = new StepLauncher(accelerator);
        control = buffers.Of(new ControlBlock
        {
            // Gradients take the outputs' place launch after launch: a small weight keeps them finite.
            Seed = 1, Step = 1, LearningRate = 1e-3f, LikelihoodWeight = 0.01f, DivergenceWeight = 1,
        });
    }

    /// <summary>Every kernel, prepared when it is its turn.</summary>
    public IEnumerable<StepKernel> All()
    {
        foreach (int parameters in (int[])[652_824, ManyParameters])
        {
            yield return Adam("Adam", parameters, 28, 16, AdamSettings.Of());
            yield return Adam("AdamW, gradients clipped", parameters, 32.25, 16.25, AdamSettings.Of(weightDecay: 0.01, clipNorm: 1));
        }
        yield return Gather("gather", binarize: false);
        yield return Gather("gather and binarize", binarize: true);
        yield return Activate();
        foreach (Likelihood likelihood in Likelihood.All)
            yield return Loss(likelihood);
        yield return ReparameterizeForward();
        yield return ReparameterizeBackward();
        yield return SumColumns();
        yield return EndStep();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loaded.ForEach(one => one.Dispose());
        buffers.Dispose();
    }

    public StepKernel Adam(string name, int parameters, double bytes, double footprint, AdamSettings settings)
    {
        var layout = new ParameterLayout(Initialization.Pytorch);
        layout.AddWeights("all", 1, parameters, 1, 1, Activation.Identity);
        var arena = new ParameterArena(accelerator, layout);
        loaded.Add(arena);
        arena.Parameters.CopyFromCPU(Data.Normal(layout.Length));
        arena.Gradients.CopyFromCPU(Data.Normal(layout.Length));
        return new(
            name, $"{parameters:N0} parameters", bytes * parameters, footprint * parameters,
            () => arena.Update(step, control, settings));
    }

    public StepKernel Gather(string name, bool binarize)
    {
        ArrayView<byte> images = buffers.Of(Data.Bytes(Images * Pixels));
        ArrayView<float> batch = buffers.Zeros(Batch * Pixels);
        var shape = new BatchShape
        {
            Rows = Batch, Columns = Pixels, Count = Images, HalfBits = Shuffle.HalfBits(Images), Binarize = binarize ? 1 : 0,
        };
        double bytes = 5.0 * Batch * Pixels;
        return new(name, $"{Batch}×{Pixels}", bytes, bytes, () => step.Gather(images, batch, control, shape));
    }

    private StepKernel Activate()
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        ArrayView<float> values = buffers.Normal(Batch * Hidden), bias = buffers.Zeros(Hidden);
        var kernel = Elementwise.AddBiasAndActivate<Relu>;
        var activate = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(Elementwise.GridFor(layer, groupSize), groupSize);
        double once = 4.0 * Batch * Hidden;
        return new("bias and ReLU, in place", $"{Batch}×{Hidden}", 2 * once, once, () => activate(config, values, bias, default, layer));
    }

    public StepKernel Loss(Likelihood likelihood)
    {
        var launcher = new LikelihoodLauncher(accelerator, likelihood, likelihood.Settings(new()));
        loaded.Add(launcher);
        ArrayView<float> data = buffers.Uniform(Batch * Pixels), outputs = buffers.Normal(Batch * Pixels * launcher.Outputs);
        ArrayView<float> losses = buffers.Zeros(Batch);
        var shape = new ReconstructionShape { Rows = Batch, Columns = Pixels };
        string each = launcher.Outputs == 1 ? "" : $", {launcher.Outputs} outputs each";
        double once = 4.0 * (data.Length + outputs.Length + losses.Length);
        return new(
            $"{likelihood}, loss and gradient", $"{Batch}×{Pixels}{each}", once + 4.0 * outputs.Length, once,
            () => launcher.LossAndGradient(data, outputs, losses, control, shape));
    }

    public StepKernel ReparameterizeForward()
    {
        var launcher = new LatentLauncher(accelerator, Prior.Standard);
        ArrayView<float> encoded = buffers.Normal(2 * Batch * Latent), latent = buffers.Zeros(Batch * Latent);
        ArrayView<float> divergence = buffers.Zeros(Batch), terms = buffers.Zeros(Batch * Latent);
        double bytes = 4.0 * (encoded.Length + latent.Length + divergence.Length);
        return new("reparameterize and KL, forward", $"{Batch}×{Latent}", bytes, bytes, () =>
            launcher.Forward(encoded, default, latent, divergence, control, Draws, terms));
    }

    public StepKernel ReparameterizeBackward()
    {
        var launcher = new LatentLauncher(accelerator, Prior.Standard);
        ArrayView<float> encoded = buffers.Normal(2 * Batch * Latent), gradient = buffers.Zeros(2 * Batch * Latent);
        ArrayView<float> latentGradient = buffers.Normal(Batch * Latent), gates = buffers.Of(Enumerable.Repeat(1f, Latent).ToArray());
        double bytes = 4.0 * (encoded.Length + gradient.Length + latentGradient.Length + gates.Length);
        return new("reparameterize and KL, backward", $"{Batch}×{Latent}", bytes, bytes, () =>
            launcher.Backward(encoded, default, gates, latentGradient, gradient, default, control, Draws));
    }

    private StepKernel SumColumns()
    {
        var launcher = new MatrixLauncher(accelerator);
        ArrayView<float> matrix = buffers.Normal(Batch * Hidden), sums = buffers.Zeros(Hidden);
        double bytes = 4.0 * (matrix.Length + sums.Length);
        return new("sums of columns", $"{Batch}×{Hidden}", bytes, bytes, () => launcher.SumColumns(matrix, sums, layer));
    }

    public StepKernel EndStep()
    {
        ArrayView<float> losses = buffers.Uniform(Batch), divergence = buffers.Uniform(Batch);
        ArrayView<MetricSums> sums = buffers.Of(new MetricSums());
        ArrayView<ControlBlock> own = buffers.Of(new ControlBlock { Step = 1, LearningRate = 1e-3f });
        var shape = new StepShape { Rows = Batch, Count = Images };
        double bytes = 4.0 * (losses.Length + divergence.Length);
        return new("end of the step: sums of losses", $"{Batch}", bytes, bytes, () => step.EndStep(losses, divergence, sums, own, shape));
    }

    private static LatentShape Draws => new() { Rows = Batch, Columns = Latent, Samples = 1, Purpose = RandomPurpose.Latent };
}
