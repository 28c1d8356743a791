using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels;

/// <summary><see cref="Fold"/> with its epilogue chosen, loaded on a device.</summary>
public sealed class FoldLauncher
{
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> launch;
    private readonly int groupSize;

    private FoldLauncher(
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> launch, int groupSize)
    {
        this.launch = launch;
        this.groupSize = groupSize;
    }

    /// <summary>fine = f(fold(unfolded) + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static FoldLauncher Forward(Accelerator accelerator, Activation activation) =>
        EpilogueChoice.Forward(activation, new Loader(accelerator));

    /// <summary>fine = fold(unfolded) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static FoldLauncher InputGradient(Accelerator accelerator, Activation below) =>
        EpilogueChoice.InputGradient(below, new Loader(accelerator));

    /// <summary>Launches the kernel. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> unfolded, ArrayView<float> fine, ArrayView<float> bias, ArrayView<float> saved, ConvShape shape) =>
        launch(Launch.Config(shape.Images * shape.Fine.Height, groupSize), unfolded, fine, bias, saved, shape);

    private sealed record Loader(Accelerator Accelerator) : IEpilogueVisitor<FoldLauncher>
    {
        public FoldLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue
        {
            var kernel = Fold.Run<TEpilogue>;
            return new(Accelerator.LoadStreamKernel(kernel), DeviceTuning.For(Accelerator).GroupSize);
        }
    }
}
