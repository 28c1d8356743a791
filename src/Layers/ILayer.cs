using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;

namespace VaeGpu.Layers;

/// <summary>A layer y = f(A(x)) of a <see cref="Network"/>, A affine in x and in its parameters, f an activation.</summary>
public interface ILayer
{
    /// <summary>Whether there is anything to learn.</summary>
    bool HasParameters { get; }
    /// <summary>f.</summary>
    Activation Activation { get; }
    /// <summary>y, (batch, outputs): valid from <see cref="Forward"/> on.</summary>
    ArrayView<float> Output { get; }
    /// <summary>What f' is computed from: y, or A(x).</summary>
    ArrayView<float> Saved { get; }
    /// <summary>The gradient of the objective with respect to A(x), (batch, outputs): to be written before the backward pass.</summary>
    ArrayView<float> Gradient { get; }

    /// <summary>Computes <see cref="Output"/>.</summary>
    void Forward(ParameterArena arena, ArrayView<float> input, int rows);

    /// <summary>Computes the gradients of the parameters; called after <see cref="Forward"/> with the same input.</summary>
    void BackwardParameters(ParameterArena arena, ArrayView<float> input, int rows);

    /// <summary>
    /// Computes the gradient of the input, taken through the activation below; called after <see cref="BackwardParameters"/>.
    /// </summary>
    /// <param name="arena">The parameters.</param>
    /// <param name="below">The activation that made the input; the identity where there is none.</param>
    /// <param name="belowSaved">What its derivative is computed from; not read for the identity.</param>
    /// <param name="inputGradient">The result, (batch, inputs).</param>
    /// <param name="rows">Rows of the batch.</param>
    void BackwardInput(ParameterArena arena, Activation below, ArrayView<float> belowSaved, ArrayView<float> inputGradient, int rows);
}
