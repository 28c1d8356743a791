using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Activations;

/// <summary>The activations by name; <see cref="IActivation"/> has their formulas.</summary>
public abstract class Activation : Choice<Activation>
{
    private Activation(string member) : base(member)
    {
    }

    public static Activation Identity { get; } = Of<Identity>();
    public static Activation Relu { get; } = Of<Relu>();
    public static Activation LeakyRelu { get; } = Of<LeakyRelu>();
    public static Activation Elu { get; } = Of<Elu>();
    public static Activation Tanh { get; } = Of<Tanh>();
    public static Activation Sigmoid { get; } = Of<Sigmoid>();
    public static Activation Softplus { get; } = Of<Softplus>();
    public static Activation Silu { get; } = Of<Silu>();
    public static Activation Gelu { get; } = Of<Gelu>();
    public static Activation Mish { get; } = Of<Mish>();

    /// <inheritdoc cref="IActivation.FromOutput"/>
    public abstract bool FromOutput { get; }

    /// <inheritdoc cref="IActivation.Gain"/>
    public abstract double Gain { get; }

    /// <inheritdoc cref="IActivation.GivesZeros"/>
    public abstract bool GivesZeros { get; }

    /// <summary>Calls the visitor with the epilogue of a layer's forward pass, <see cref="BiasActivation{TActivation}"/>.</summary>
    internal abstract TResult AcceptForward<TResult>(IEpilogueVisitor<TResult> visitor);

    /// <summary>The same for the backward pass to a layer with this activation, <see cref="ActivationGradient{TActivation}"/>.</summary>
    internal abstract TResult AcceptGradient<TResult>(IEpilogueVisitor<TResult> visitor);

    /// <summary>Calls the visitor with the activation's type.</summary>
    public abstract TResult Accept<TResult>(IActivationVisitor<TResult> visitor);

    /// <summary>Adds an activation.</summary>
    /// <param name="member">What it is called: "LeakyRelu" for "leaky-relu".</param>
    public static Activation Of<TActivation>([CallerMemberName] string member = "") where TActivation : struct, IActivation =>
        new Typed<TActivation>(member);

    private sealed class Typed<TActivation>(string member) : Activation(member) where TActivation : struct, IActivation
    {
        public override bool FromOutput => TActivation.FromOutput;
        public override double Gain => TActivation.Gain;
        public override bool GivesZeros => TActivation.GivesZeros;
        public override TResult Accept<TResult>(IActivationVisitor<TResult> visitor) => visitor.Visit<TActivation>();
        internal override TResult AcceptForward<TResult>(IEpilogueVisitor<TResult> visitor) => visitor.Visit<BiasActivation<TActivation>>();
        internal override TResult AcceptGradient<TResult>(IEpilogueVisitor<TResult> visitor) =>
            typeof(TActivation) == typeof(Identity) ? visitor.Visit<Plain>() : visitor.Visit<ActivationGradient<TActivation>>();
    }
}

/// <summary>Generic code that is called with the type of an <see cref="Activation"/>.</summary>
public interface IActivationVisitor<TResult>
{
    /// <summary>Called with the type.</summary>
    TResult Visit<TActivation>() where TActivation : struct, IActivation;
}
