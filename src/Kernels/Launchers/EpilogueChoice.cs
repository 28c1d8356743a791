using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels;

/// <summary>Generic code that is called with the type of an epilogue.</summary>
internal interface IEpilogueVisitor<TResult>
{
    /// <summary>Called with the type.</summary>
    TResult Visit<TEpilogue>() where TEpilogue : struct, IEpilogue;
}

/// <summary>The epilogues of a layer with an activation.</summary>
internal static class EpilogueChoice
{
    /// <summary>The forward pass: <see cref="BiasActivation{TActivation}"/>.</summary>
    public static TResult Forward<TResult>(Activation activation, IEpilogueVisitor<TResult> visitor) =>
        activation.Accept(new ForwardVisitor<TResult>(visitor));

    /// <summary>The backward pass through the layer below: <see cref="ActivationGradient{TActivation}"/>.</summary>
    public static TResult InputGradient<TResult>(Activation below, IEpilogueVisitor<TResult> visitor) =>
        below == Activation.Identity ? visitor.Visit<Plain>() : below.Accept(new GradientVisitor<TResult>(visitor));

    private sealed record ForwardVisitor<TResult>(IEpilogueVisitor<TResult> Visitor) : IActivationVisitor<TResult>
    {
        public TResult Visit<TActivation>() where TActivation : struct, IActivation => Visitor.Visit<BiasActivation<TActivation>>();
    }

    private sealed record GradientVisitor<TResult>(IEpilogueVisitor<TResult> Visitor) : IActivationVisitor<TResult>
    {
        public TResult Visit<TActivation>() where TActivation : struct, IActivation => Visitor.Visit<ActivationGradient<TActivation>>();
    }
}
