using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels.Products;

/// <summary>What a matrix product does with a finished sum before it stores it.</summary>
/// <remarks>
/// A sum of −0 is finished as +0 is: the sign tells whether a zero was added to a product that rounded to −0, and products may skip zeros.
/// </remarks>
public interface IEpilogue
{
    /// <summary>Whether it takes a few instructions only; else a tile stores its sums first and finishes them in a loop.</summary>
    static abstract bool IsCheap { get; }

    /// <summary>The value to store.</summary>
    /// <param name="sum">The finished sum.</param>
    /// <param name="index">The result's index in the output, and in <paramref name="saved"/>.</param>
    /// <param name="column">The result's column.</param>
    /// <param name="bias">One number for each column; not read where the epilogue has no bias.</param>
    /// <param name="saved">What the activation keeps for, or gives to, the backward pass; of the output's shape.</param>
    static abstract float Finish(float sum, int index, int column, ArrayView<float> bias, ArrayView<float> saved);
}

/// <summary>Stores the sum, +0 for −0; <c>bias</c> and <c>saved</c> are not read, and may be any views.</summary>
public struct Plain : IEpilogue
{
    public static bool IsCheap => true;

    public static float Finish(float sum, int index, int column, ArrayView<float> bias, ArrayView<float> saved) =>
        sum == 0f ? 0f : sum;
}

/// <summary>
/// f(sum + bias): a layer's forward pass. Keeps sum + bias in <c>saved</c> where f' is not written in the output;
/// <c>saved</c> may be any view where it is.
/// </summary>
public struct BiasActivation<TActivation> : IEpilogue where TActivation : struct, IActivation
{
    public static bool IsCheap => TActivation.IsCheap;

    public static float Finish(float sum, int index, int column, ArrayView<float> bias, ArrayView<float> saved)
    {
        float ofColumn = bias[column];
        float x = sum + (ofColumn == 0f ? 0f : ofColumn);
        if (!TActivation.FromOutput)
            saved[index] = x;
        return TActivation.Apply(x);
    }
}

/// <summary>sum·f'(saved): the gradient of the layer below, taken through its activation; <c>bias</c> may be any view.</summary>
public struct ActivationGradient<TActivation> : IEpilogue where TActivation : struct, IActivation
{
    // A derivative that is written in the output is a product or two.
    public static bool IsCheap => TActivation.FromOutput;

    public static float Finish(float sum, int index, int column, ArrayView<float> bias, ArrayView<float> saved) =>
        MathF.FusedMultiplyAdd(sum, TActivation.Derivative(saved[index]), 0f);
}

/// <summary>Generic code that is called with the type of an epilogue.</summary>
internal interface IEpilogueVisitor<TResult>
{
    /// <summary>Called with the type.</summary>
    TResult Visit<TEpilogue>() where TEpilogue : struct, IEpilogue;
}
