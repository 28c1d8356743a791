using System.Runtime.CompilerServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Kernels.Launchers;

/// <summary>What a training step computes in one launch where it could be several: the fusions that have unfused twins.</summary>
[Flags]
public enum Fusion
{
    /// <summary>Every launch does one thing.</summary>
    None = 0,
    /// <summary>A linear layer's product, its bias and its activation.</summary>
    LinearActivation = 1,
    /// <summary>A convolution, its bias and its activation.</summary>
    ConvolutionActivation = 2,
    /// <summary>The gradient of a layer's input, and the derivative of the activation below.</summary>
    ActivationGradient = 4,
    /// <summary>The draw of z and the KL term, forward and backward.</summary>
    Reparameterization = 8,
    /// <summary>The loss of the likelihood and its gradient, in place of the decoder's outputs.</summary>
    LossGradient = 16,
    /// <summary>Clipping of gradients, decay of weights, and the step of Adam.</summary>
    Optimizer = 32,
    /// <summary>The gathering of a batch, and the draw of its pixels black or white.</summary>
    BinarizedBatch = 64,
    /// <summary>The sums of a step's losses, and the counting on to the next step.</summary>
    StepEnd = 128,
    /// <summary>All of them: what training does.</summary>
    All = LinearActivation | ConvolutionActivation | ActivationGradient | Reparameterization | LossGradient | Optimizer | BinarizedBatch
        | StepEnd,
}

/// <summary>
/// What the launchers of a device fuse. It changes launches and bytes, never results: fused kernels and their twins compute the same bits.
/// A launcher looks when it is loaded.
/// </summary>
public static class FusionPlan
{
    private static readonly ConditionalWeakTable<Accelerator, StrongBox<Fusion>> InUse = [];

    /// <summary>What an open device fuses: <see cref="Fusion.All"/> unless another plan was set.</summary>
    public static Fusion For(Accelerator accelerator) => accelerator is EngineAccelerator { StandsFor: { } other }
        ? For(other)
        : InUse.TryGetValue(accelerator, out StrongBox<Fusion>? plan) ? plan.Value : Fusion.All;

    /// <summary>Makes an open device fuse this, in the launchers that are loaded from now on.</summary>
    public static void Use(Accelerator accelerator, Fusion plan) => InUse.AddOrUpdate(accelerator, new(plan));

    /// <summary>Whether a device fuses something.</summary>
    internal static bool Fuses(Accelerator accelerator, Fusion what) => For(accelerator).HasFlag(what);
}
