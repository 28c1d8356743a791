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
    public static FoldLauncher Forward(Accelerator accelerator, Activation activation) => activation.Accept(new ForwardLoader(accelerator));

    /// <summary>fine = fold(unfolded) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static FoldLauncher InputGradient(Accelerator accelerator, Activation below) => below == Activation.Identity
        ? Load<Plain>(accelerator)
        : below.Accept(new GradientLoader(accelerator));

    /// <summary>Launches the kernel. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> unfolded, ArrayView<float> fine, ArrayView<float> bias, ArrayView<float> saved, ConvShape shape) =>
        launch(Launch.Config(shape.Images * shape.Fine.Height, groupSize), unfolded, fine, bias, saved, shape);

    private static FoldLauncher Load<TEpilogue>(Accelerator accelerator) where TEpilogue : struct, IEpilogue
    {
        var kernel = Fold.Run<TEpilogue>;
        return new(accelerator.LoadStreamKernel(kernel), DeviceTuning.For(accelerator).GroupSize);
    }

    private sealed record ForwardLoader(Accelerator Accelerator) : IActivationVisitor<FoldLauncher>
    {
        public FoldLauncher Visit<TActivation>() where TActivation : struct, IActivation => Load<BiasActivation<TActivation>>(Accelerator);
    }

    private sealed record GradientLoader(Accelerator Accelerator) : IActivationVisitor<FoldLauncher>
    {
        public FoldLauncher Visit<TActivation>() where TActivation : struct, IActivation =>
            Load<ActivationGradient<TActivation>>(Accelerator);
    }
}
