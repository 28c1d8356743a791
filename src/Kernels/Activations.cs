using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels;

/// <summary>An elementwise function y = f(x) between two layers, with its derivative.</summary>
public interface IActivation
{
    /// <summary>Whether f' is written in the output y, so that x need not be kept for the backward pass.</summary>
    static abstract bool FromOutput { get; }

    /// <summary>Whether f takes a few instructions only, so that a tile may hold it once for each of its sums.</summary>
    static abstract bool IsCheap { get; }

    /// <summary>f(x).</summary>
    static abstract float Apply(float x);

    /// <summary>f'(x), from y = f(x) where <see cref="FromOutput"/>, else from x.</summary>
    static abstract float Derivative(float saved);
}

/// <summary>f(x) = x.</summary>
public struct Identity : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static float Apply(float x) => x;
    public static float Derivative(float saved) => 1f;
}

/// <summary>f(x) = max(x, 0), with f'(0) = 0; NaN stays.</summary>
public struct Relu : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static float Apply(float x) => x < 0f ? 0f : x;
    public static float Derivative(float saved) => saved > 0f ? 1f : 0f;
}

/// <summary>f(x) = x for x > 0, x/100 below.</summary>
public struct LeakyRelu : IActivation
{
    private const float Slope = 0.01f;
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static float Apply(float x) => x > 0f ? x : Slope * x;
    public static float Derivative(float saved) => saved > 0f ? 1f : Slope;
}

/// <summary>f(x) = x for x > 0, eˣ − 1 below (Clevert, Unterthiner and Hochreiter 2016); f' = y + 1 below.</summary>
public struct Elu : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static float Apply(float x) => x > 0f ? x : Exponential.Expm1(x);
    public static float Derivative(float saved) => saved > 0f ? 1f : saved + 1f;
}

/// <summary>f(x) = tanh x; f' = 1 − y².</summary>
public struct Tanh : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static float Apply(float x) => Sigmoids.Tanh(x);
    public static float Derivative(float saved) => 1f - saved * saved;
}

/// <summary>f(x) = 1/(1 + e⁻ˣ); f' = y(1 − y).</summary>
public struct Sigmoid : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static float Apply(float x) => Sigmoids.Sigmoid(x);
    public static float Derivative(float saved) => saved * (1f - saved);
}

/// <summary>f(x) = ln(1 + eˣ); f' = sigmoid(x) = 1 − e⁻ʸ.</summary>
public struct Softplus : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static float Apply(float x) => Sigmoids.Softplus(x);
    public static float Derivative(float saved) => -Exponential.Expm1(-saved);
}

/// <summary>f(x) = x·s with s = sigmoid(x) (Hendrycks and Gimpel 2016); f' = s·(1 + x(1 − s)).</summary>
public struct Silu : IActivation
{
    public static bool FromOutput => false;
    public static bool IsCheap => false;
    public static float Apply(float x) => x * Sigmoids.Sigmoid(x);

    public static float Derivative(float saved)
    {
        float s = Sigmoids.Sigmoid(saved);
        return s * (1f + saved * (1f - s));
    }
}

/// <summary>f(x) = x·Φ(x), Φ the normal law's distribution function (Hendrycks and Gimpel 2016); f' = Φ(x) + x·φ(x).</summary>
public struct Gelu : IActivation
{
    private const float SqrtHalf = 0.70710678f;
    private const float DensityAtZero = 0.39894228f;
    public static bool FromOutput => false;
    public static bool IsCheap => false;
    public static float Apply(float x) => x * Distribution(x);
    public static float Derivative(float saved) =>
        Distribution(saved) + saved * (DensityAtZero * Exponential.Exp(-0.5f * saved * saved));

    private static float Distribution(float x) => 0.5f * (1f + ErrorFunction.Erf(x * SqrtHalf));
}
