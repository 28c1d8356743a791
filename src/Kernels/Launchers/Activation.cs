namespace VaeGpu.Kernels;

/// <summary>The activations by name; <see cref="IActivation"/> has their formulas.</summary>
public enum Activation
{
    Identity,
    Relu,
    LeakyRelu,
    Elu,
    Tanh,
    Sigmoid,
    Softplus,
    Silu,
    Gelu,
}

/// <summary>Something to do with an activation once it is known as a type.</summary>
public interface IActivationVisitor<TResult>
{
    /// <summary>Does it.</summary>
    TResult Visit<TActivation>() where TActivation : struct, IActivation;
}

/// <summary>What the host needs to know of an activation.</summary>
public static class ActivationExtensions
{
    /// <summary><see cref="IActivation.FromOutput"/>: whether the backward pass can do with the output alone.</summary>
    public static bool IsDifferentiatedFromOutput(this Activation activation) => activation is not (Activation.Silu or Activation.Gelu);

    /// <summary>Calls the visitor with the activation's type.</summary>
    public static TResult Accept<TResult>(this Activation activation, IActivationVisitor<TResult> visitor) => activation switch
    {
        Activation.Identity => visitor.Visit<Identity>(),
        Activation.Relu => visitor.Visit<Relu>(),
        Activation.LeakyRelu => visitor.Visit<LeakyRelu>(),
        Activation.Elu => visitor.Visit<Elu>(),
        Activation.Tanh => visitor.Visit<Tanh>(),
        Activation.Sigmoid => visitor.Visit<Sigmoid>(),
        Activation.Softplus => visitor.Visit<Softplus>(),
        Activation.Silu => visitor.Visit<Silu>(),
        Activation.Gelu => visitor.Visit<Gelu>(),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
    };
}
