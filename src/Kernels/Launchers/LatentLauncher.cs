namespace VaeGpu.Kernels;

/// <summary><see cref="Reparameterize"/>, loaded on a device.</summary>
public sealed class LatentLauncher
{
    private readonly int groupSize;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        LatentShape> forward;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        LatentShape> backward;

    public LatentLauncher(Accelerator accelerator)
    {
        groupSize = DeviceTuning.For(accelerator).GroupSize;
        var forwardKernel = Reparameterize.Forward;
        var backwardKernel = Reparameterize.Backward;
        forward = accelerator.LoadStreamKernel(forwardKernel);
        backward = accelerator.LoadStreamKernel(backwardKernel);
    }

    /// <inheritdoc cref="Reparameterize.Forward"/>
    public void Forward(
        ArrayView<float> encoded, ArrayView<float> latent, ArrayView<float> divergence, ArrayView<ControlBlock> control,
        LatentShape shape) =>
        forward(Launch.Config(shape.Rows, groupSize), encoded, latent, divergence, control, shape);

    /// <inheritdoc cref="Reparameterize.Backward"/>
    public void Backward(
        ArrayView<float> encoded, ArrayView<float> latentGradient, ArrayView<float> encodedGradient,
        ArrayView<ControlBlock> control, LatentShape shape) =>
        backward(Launch.Config(shape.Rows, groupSize), encoded, latentGradient, encodedGradient, control, shape);
}
