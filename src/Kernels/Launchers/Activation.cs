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

/// <summary>What the host needs to know of an activation.</summary>
public static class ActivationExtensions
{
    /// <summary><see cref="IActivation.FromOutput"/>: whether the backward pass can do with the output alone.</summary>
    public static bool IsDifferentiatedFromOutput(this Activation activation) => activation is not (Activation.Silu or Activation.Gelu);
}
