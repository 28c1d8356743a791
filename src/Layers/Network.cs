using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>A chain of layers, each fed with the output of the one before.</summary>
public sealed class Network(params ILayer[] layers)
{
    /// <summary>The last layer's output, (batch, outputs).</summary>
    public ArrayView<float> Output => layers[^1].Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> OutputGradient => layers[^1].Gradient;

    /// <summary>Computes <see cref="Output"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> input, int rows)
    {
        foreach (ILayer layer in layers)
        {
            layer.Forward(arena, input, rows);
            input = layer.Output;
        }
    }

    /// <summary>Computes the gradients of all parameters from that of the output.</summary>
    /// <param name="arena">The parameters.</param>
    /// <param name="input">What <see cref="Forward"/> was given.</param>
    /// <param name="rows">Rows of the batch.</param>
    public void Backward(ParameterArena arena, ArrayView<float> input, int rows)
    {
        for (int i = layers.Length - 1; i > 0; i--)
        {
            ILayer below = layers[i - 1];
            layers[i].BackwardParameters(arena, below.Output, rows);
            layers[i].BackwardInput(arena, below.Activation, below.Saved, below.Gradient, rows);
        }
        layers[0].BackwardParameters(arena, input, rows);
    }

    /// <summary>Computes the gradient of the input too; called after <see cref="Backward"/>.</summary>
    public void BackwardInput(ParameterArena arena, ArrayView<float> inputGradient, int rows) =>
        layers[0].BackwardInput(arena, Activation.Identity, inputGradient, inputGradient, rows);
}
