namespace VaeGpu.Layers;

/// <summary>A chain of layers, each fed with the output of the one before.</summary>
public sealed class Network(params Layer[] layers)
{
    /// <summary>The layer at which the backward pass ends: those before it have nothing to learn.</summary>
    private readonly int first = Array.FindIndex(layers, layer => layer.HasParameters);

    /// <summary>The layers, from the input on.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>The last layer's output, (batch, outputs).</summary>
    public Floats Output => layers[^1].Output;

    /// <summary>The gradient of <see cref="Output"/>: to be written before <see cref="Backward"/>.</summary>
    public Floats OutputGradient => layers[^1].Gradient;

    /// <summary>The tensors in the order in which <see cref="Backward"/> has their gradients: the last declared first.</summary>
    public IEnumerable<ParameterSlice> GradientOrder => layers.Reverse().SelectMany(layer => layer.Parameters.Reverse());

    /// <summary>Computes <see cref="Output"/>.</summary>
    public void Forward(Floats input, int rows)
    {
        foreach (Layer layer in layers)
        {
            layer.Forward(input, rows);
            input = layer.Output;
        }
    }

    /// <summary>Computes the gradients of all parameters from that of the output.</summary>
    /// <param name="input">What <see cref="Forward"/> was given.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="finished">Called with each tensor once the launches that compute its gradient are made.</param>
    public void Backward(Floats input, int rows, Action<ParameterSlice>? finished = null)
    {
        for (int i = layers.Length - 1; i > first; i--)
        {
            BackwardParameters(i, layers[i - 1].Output, rows, finished);
            BackwardInput(i, rows);
        }
        BackwardParameters(first, first > 0 ? layers[first - 1].Output : input, rows, finished);
    }

    /// <summary>Computes the gradient of the input too; called after <see cref="Backward"/>.</summary>
    public void BackwardInput(Floats inputGradient, int rows)
    {
        for (int i = first; i > 0; i--)
            BackwardInput(i, rows);
        layers[0].BackwardInput(Activation.Identity, inputGradient, inputGradient, rows);
    }

    /// <summary>The matrix products and convolutions of a training step.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="toInput">Whether the gradient of the input is computed too.</param>
    public IEnumerable<LayerProduct> Products(int rows, bool toInput) => layers.SelectMany(
        (layer, i) => layer.Products(rows).Where(product => toInput || i > first || product.Pass != Pass.InputGradient));

    private void BackwardParameters(int layer, Floats input, int rows, Action<ParameterSlice>? finished)
    {
        layers[layer].BackwardParameters(input, rows);
        if (finished is null)
            return;
        foreach (ParameterSlice slice in layers[layer].Parameters.Reverse())
            finished(slice);
    }

    private void BackwardInput(int layer, int rows)
    {
        Layer below = layers[layer - 1];
        layers[layer].BackwardInput(below.Activation, below.Saved, below.Gradient, rows);
    }
}
