using VaeGpu.Kernels.Launchers;

namespace VaeGpu.Kernels.Latent;

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

    /// <summary>Loads the kernels on a device.</summary>
    internal abstract PriorKernels Load(Accelerator accelerator);

    private static Prior Of<TPrior>(bool hasHiddenLayer = false, [CallerMemberName] string member = "") where TPrior : struct, IPrior =>
        new Typed<TPrior>(member, hasHiddenLayer);

    private sealed class Typed<TPrior>(string member, bool hasHiddenLayer) : Prior(member) where TPrior : struct, IPrior
    {
        public override int Outputs => TPrior.Outputs;
        public override bool HasHiddenLayer => hasHiddenLayer;
        internal override PriorKernels Load(Accelerator accelerator) => new(
            new(accelerator, Reparameterize.Forward<TPrior>), new(accelerator, Importance.LogRatio<TPrior>),
            new(accelerator, Importance.Draw<TPrior>),
            new(accelerator, Reparameterize.Backward<TPrior>), new(accelerator, Importance.Backward<TPrior>),
            new(accelerator, Reparameterize.Divergence<TPrior>), new(accelerator, Reparameterize.AddDivergenceGradient<TPrior>));
    }
}

/// <summary>The kernels that depend on the prior, loaded on a device.</summary>
internal sealed record PriorKernels(
    Loaded<Floats, Floats, Floats, Floats, Control, LatentShape> Forward,
    Loaded<Floats, Floats, Floats, Floats, Control, LatentShape> LogRatio,
    Loaded<Floats, Floats, Floats, Floats, Control, LatentShape> Draw,
    Loaded<Floats, Floats, Floats, Floats, Floats, Floats, Control, LatentShape> Backward,
    Loaded<Floats, Floats, Floats, Floats, Floats, Floats, Floats, Control, LatentShape> WeightedBackward,
    Loaded<Floats, Floats, Floats, LatentShape> Divergence,
    Loaded<Floats, Floats, Floats, Floats, Floats, Control, LatentShape> AddDivergenceGradient);
