using System.Runtime.CompilerServices;

namespace VaeGpu.Kernels;

/// <summary>The priors p(z) and p(z∣y) by name.</summary>
public abstract class Prior : Choice<Prior>
{
    private Prior(string member) : base(member)
    {
    }

    /// <summary>N(0, I).</summary>
    public static Prior Standard { get; } = Of<StandardPrior>();
    /// <summary>N(μ(y), I), μ linear in the label.</summary>
    public static Prior Conditional { get; } = Of<MeanPrior>();
    /// <summary>N(μ(y), σ²(y)) from a network with a hidden layer.</summary>
    public static Prior Network { get; } = Of<GaussianPrior>(hasHiddenLayer: true);

    /// <summary>Numbers from a network per latent dimension.</summary>
    public abstract int Outputs { get; }

    /// <summary>Whether the network has a hidden layer.</summary>
    public abstract bool HasHiddenLayer { get; }

    /// <summary>Whether it is p(z∣y).</summary>
    public bool DependsOnLabel => Outputs > 0;

    /// <summary>The kernels.</summary>
    internal abstract PriorKernels Kernels { get; }

    private static Prior Of<TPrior>(bool hasHiddenLayer = false, [CallerMemberName] string member = "") where TPrior : struct, IPrior =>
        new Typed<TPrior>(member, hasHiddenLayer);

    private sealed class Typed<TPrior>(string member, bool hasHiddenLayer) : Prior(member) where TPrior : struct, IPrior
    {
        public override int Outputs => TPrior.Outputs;
        public override bool HasHiddenLayer => hasHiddenLayer;
        internal override PriorKernels Kernels => new(
            Reparameterize.Forward<TPrior>, Importance.LogRatio<TPrior>, Reparameterize.Backward<TPrior>, Importance.Backward<TPrior>,
            Reparameterize.Divergence<TPrior>);
    }
}

/// <summary>The kernels that depend on the prior.</summary>
internal sealed record PriorKernels(
    Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, LatentShape> Forward,
    Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, LatentShape> LogRatio,
    Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<ControlBlock>, LatentShape> Backward,
    Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<ControlBlock>, LatentShape> WeightedBackward,
    Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, LatentShape> Divergence);
