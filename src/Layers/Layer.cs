namespace VaeGpu.Layers;

/// <summary>A layer y = f(A(x)) of a <see cref="Network"/>, A affine in x and in its parameters, f an activation.</summary>
public abstract class Layer
{
    /// <summary>A layer whose f is the identity, and whose gradient takes the output's place.</summary>
    /// <param name="output">y.</param>
    protected Layer(Floats output) => (Activation, Output, Saved, Gradient) = (Activation.Identity, output, output, output);

    /// <summary>A layer with memory for y, for what f' is computed from, and for the gradient.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="activation">f.</param>
    /// <param name="gradientInPlace">Whether the gradient takes the output's place; f is the identity then.</param>
    protected Layer(Workspace workspace, int outputs, Activation activation, bool gradientInPlace)
    {
        Activation = activation;
        Output = workspace.Allocate(outputs);
        Saved = activation.FromOutput ? Output : workspace.Allocate(outputs);
        Gradient = gradientInPlace ? Output : workspace.AllocateGradient(outputs);
    }

    /// <summary>What there is to learn, in the order of declaration.</summary>
    public virtual IReadOnlyList<ParameterSlice> Parameters => [];
    /// <summary>Whether there is anything to learn.</summary>
    public bool HasParameters => Parameters.Count > 0;
    /// <summary>f.</summary>
    public Activation Activation { get; }
    /// <summary>y, (batch, outputs): valid from <see cref="Forward"/> on.</summary>
    public Floats Output { get; }
    /// <summary>What f' is computed from: y, or A(x).</summary>
    public Floats Saved { get; }
    /// <summary>The gradient of the objective with respect to A(x), (batch, outputs): to be written before the backward pass.</summary>
    public Floats Gradient { get; }

    /// <summary>Computes <see cref="Output"/>.</summary>
    public abstract void Forward(Floats input, int rows);

    /// <summary>Computes the gradients of the parameters; called after <see cref="Forward"/> with the same input.</summary>
    public virtual void BackwardParameters(Floats input, int rows)
    {
    }

    /// <summary>The matrix products and convolutions of both passes, for a batch; none of a layer that has no parameters.</summary>
    public virtual IEnumerable<LayerProduct> Products(int rows) => [];

    /// <summary>Computes the gradient of the input, through the activation below; called after <see cref="BackwardParameters"/>.</summary>
    /// <param name="below">The activation that made the input; the identity where there is none.</param>
    /// <param name="belowSaved">What its derivative is computed from; not read for the identity.</param>
    /// <param name="inputGradient">The result, (batch, inputs).</param>
    /// <param name="rows">Rows of the batch.</param>
    public abstract void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows);
}
