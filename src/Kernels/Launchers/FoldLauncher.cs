using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Fold"/> with its epilogue chosen, loaded on a device.</summary>
public sealed class FoldLauncher
{
    private readonly Loaded<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> fold;
    private readonly int groupSize;

    private FoldLauncher(
        Accelerator accelerator, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvShape> kernel) =>
        (fold, groupSize) = (new(accelerator, kernel), DeviceTuning.For(accelerator).GroupSize);

    /// <summary>fine = f(fold(unfolded) + bias), <see cref="BiasActivation{TActivation}"/>.</summary>
    public static FoldLauncher Forward(Accelerator accelerator, Activation activation) =>
        activation.AcceptForward(new Loader(accelerator));

    /// <summary>fine = fold(unfolded) ⊙ f'(saved), f the activation of the layer below.</summary>
    public static FoldLauncher InputGradient(Accelerator accelerator, Activation below) =>
        below.AcceptGradient(new Loader(accelerator));

    /// <summary>Launches the kernel. <paramref name="bias"/> and <paramref name="saved"/> are as the epilogue says.</summary>
    public void Run(
        ArrayView<float> unfolded, ArrayView<float> fine, ArrayView<float> bias, ArrayView<float> saved, ConvShape shape) =>
        fold.Launch(Launch.Config(shape.Images * shape.Fine.Height, groupSize), unfolded, fine, bias, saved, shape);

    private sealed record Loader(Accelerator Accelerator) : IEpilogueVisitor<FoldLauncher>
    {
        public FoldLauncher Visit<TEpilogue>() where TEpilogue : struct, IEpilogue => new(Accelerator, Fold.Run<TEpilogue>);
    }
}
