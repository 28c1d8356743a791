using VaeGpu.Kernels;

namespace VaeGpu.Layers;

/// <summary>A chain of linear layers; the last has no activation.</summary>
public sealed class Mlp
{
    private readonly Linear[] layers;

    /// <summary>Declares the layers' parameters, named name.0, name.1, … ; the gradient of the output may take its place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive.</exception>
    public Mlp(
        Workspace workspace, ParameterLayout layout, string name, int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation,
        bool gradientInPlace = false)
    {
        layers = new Linear[hidden.Count + 1];
        for (int i = 0; i < layers.Length; i++)
        {
            bool last = i == hidden.Count;
            int width = last ? outputs : hidden[i];
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width, nameof(hidden));
            Activation own = last ? Activation.Identity : activation;
            layers[i] = new Linear(workspace, layout, $"{name}.{i}", inputs, width, own, last && gradientInPlace);
            inputs = width;
        }
    }

    /// <summary>The last layer's output, (batch, outputs).</summary>
    public ArrayView<float> Output => layers[^1].Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public ArrayView<float> OutputGradient => layers[^1].Gradient;

    /// <summary>Computes <see cref="Output"/>.</summary>
    public void Forward(ParameterArena arena, ArrayView<float> input, int rows)
    {
        foreach (Linear layer in layers)
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
            Linear below = layers[i - 1];
            layers[i].BackwardParameters(arena, below.Output, rows);
            layers[i].BackwardInput(arena, below.Activation, below.Saved, below.Gradient, rows);
        }
        layers[0].BackwardParameters(arena, input, rows);
    }

    /// <summary>Computes the gradient of the input too; called after <see cref="Backward"/>.</summary>
    public void BackwardInput(ParameterArena arena, ArrayView<float> inputGradient, int rows) =>
        layers[0].BackwardInput(arena, Activation.Identity, inputGradient, inputGradient, rows);
}
