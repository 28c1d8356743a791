using VaeGpu.Kernels.Activations;

namespace VaeGpu.Layers;

/// <summary>A chain of layers, each fed with the output of the one before.</summary>
public sealed class Network(params Layer[] layers)
{
    /// <summary>The layer at which the backward pass ends: those before it have nothing to learn.</summary>
    private readonly int first = Array.FindIndex(layers, layer => layer.HasParameters);

    /// <summary>The last layer's output, (batch, outputs).</summary>
    public ArrayView<float> Output => layers[^1].Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> OutputGradient => layers[^1].Gradient;

    /// <summary>Computes <see cref="Output"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> input, int rows)
    {
        foreach (Layer layer in layers)
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
        for (int i = layers.Length - 1; i > first; i--)
        {
            layers[i].BackwardParameters(arena, layers[i - 1].Output, rows);
            BackwardInput(i, arena, rows);
        }
        layers[first].BackwardParameters(arena, first > 0 ? layers[first - 1].Output : input, rows);
    }

    /// <summary>Computes the gradient of the input too; called after <see cref="Backward"/>.</summary>
    public void BackwardInput(ParameterArena arena, ArrayView<float> inputGradient, int rows)
    {
        for (int i = first; i > 0; i--)
            BackwardInput(i, arena, rows);
        layers[0].BackwardInput(arena, Activation.Identity, inputGradient, inputGradient, rows);
    }

    private void BackwardInput(int layer, ParameterArena arena, int rows)
    {
        Layer below = layers[layer - 1];
        layers[layer].BackwardInput(arena, below.Activation, below.Saved, below.Gradient, rows);
    }
}
