namespace VaeGpu.Kernels.Activations;

/// <summary>An elementwise function y = f(x) between two layers, with its derivative.</summary>
/// <remarks>
/// To add an activation: write its formulas in a file of this folder and add a line to <see cref="Activation"/>. Commands, help, kernels
/// and tests follow; the tests ask for the function in double precision.
/// </remarks>
public interface IActivation
{
    /// <summary>Whether f' is computed from the output y, so that x need not be kept for the backward pass.</summary>
    static abstract bool FromOutput { get; }

    /// <summary>Whether f takes a few instructions only, so that a tile may hold it once for each of its sums.</summary>
    static abstract bool IsCheap { get; }

    /// <summary>
    /// The factor g of initial weights that keeps the variance through the activation (He, Zhang, Ren and Sun 2015): √2 for the rectifiers
    /// and their smooth relatives, 5/3 for tanh as in PyTorch, 1 for the others.
    /// </summary>
    static abstract double Gain { get; }

    /// <summary>
    /// Whether f and f' are 0 on a range of x, so that products skip zeros (<see cref="Products.SparsePanelMatMul"/>). No by default.
    /// </summary>
    static virtual bool GivesZeros => false;

    /// <summary>f(x).</summary>
    static abstract float Apply(float x);

    /// <summary>f'(x), from y = f(x) where <see cref="FromOutput"/>, else from x.</summary>
    static abstract float Derivative(float saved);
}
