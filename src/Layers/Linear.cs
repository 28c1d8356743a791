using VaeGpu.Kernels.Products;

namespace VaeGpu.Layers;

/// <summary>A linear layer with an activation: y = f(x·W + b).</summary>
/// <remarks>
/// x (batch, inputs), W (inputs, outputs), b (outputs), y (batch, outputs), all row-major. With G the gradient of the
/// objective with respect to x·W + b: dW = xᵀ·G, db = the column sums of G, and the layer below gets (G·Wᵀ) ⊙ f'.
/// </remarks>
public sealed class Linear : Layer
{
    private readonly Workspace workspace;
    private readonly MatMulLauncher forward, weightGradient;

    /// <summary>Declares the layer's parameters and allocates its part of the workspace.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="layout">Where the parameters are declared, as name.weight and name.bias.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="activation">f.</param>
    /// <param name="gradientInPlace">Whether the gradient takes the output's place; f is the identity then.</param>
    /// <param name="sparseInput">Whether many numbers of x are expected to be zero: they are skipped, which changes no result.</param>
    public Linear(
        Workspace workspace, ParameterLayout layout, string name, int inputs, int outputs, Activation activation,
        bool gradientInPlace = false, bool sparseInput = false)
        : base(workspace, outputs, activation, gradientInPlace)
    {
        this.workspace = workspace;
        (Inputs, Outputs) = (inputs, outputs);
        Weight = layout.AddWeights(name, inputs, outputs, inputs, outputs, activation);
        Bias = layout.AddBiases(name, outputs, inputs);
        forward = workspace.Forward(activation, sparseInput);
        weightGradient = workspace.WeightGradient(sparseInput);
        // The most that the three products of a batch of any size may take, whatever their epilogues.
        int rows = workspace.MaximalBatch;
        workspace.ReserveScratch(forward.ScratchLength(Shape(Pass.Forward, rows)));
        if (!workspace.Trains)
            return;
        if (!workspace.TurnsOperands)
            workspace.ReserveScratch((long)inputs * outputs);
        workspace.ReserveScratch(weightGradient.ScratchLength(Shape(Pass.WeightGradient, rows)));
        MatMulLauncher inputGradient = workspace.InputGradient(Activation.Identity, activation.GivesZeros);
        workspace.ReserveScratch(inputGradient.ScratchLength(Shape(Pass.InputGradient, rows)));
    }

    /// <summary>W, (inputs, outputs).</summary>
    public ParameterSlice Weight { get; }
    /// <summary>b, (outputs).</summary>
    public ParameterSlice Bias { get; }
    /// <summary>Columns of the input.</summary>
    public int Inputs { get; }
    /// <summary>Columns of the output.</summary>
    public int Outputs { get; }
    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSlice> Parameters => [Weight, Bias];

    /// <summary>Computes <see cref="Layer.Output"/>: one launch.</summary>
    public override void Forward(Floats input, int rows) => forward.Run(
        input, Weight.Values, Output, Bias.Values, Saved, Shape(Pass.Forward, rows), workspace.Scratch);

    /// <summary>Computes dW and db from <see cref="Layer.Gradient"/>: two launches.</summary>
    public override void BackwardParameters(Floats input, int rows)
    {
        MatMulShape product = Shape(Pass.WeightGradient, rows);
        weightGradient.Run(input, Gradient, Weight.Gradient, Gradient, Gradient, product, workspace.Scratch);
        workspace.Matrices.SumColumns(Gradient, Bias.Gradient, new MatrixShape { Rows = rows, Columns = Outputs });
    }

    /// <summary>Computes the gradient of the input, through the activation below: one launch, and one to transpose W if it pays.</summary>
    public override void BackwardInput(Activation below, Floats belowSaved, Floats inputGradient, int rows)
    {
        MatMulShape product = Shape(Pass.InputGradient, rows);
        MatMulLauncher launcher = workspace.InputGradient(below, Activation.GivesZeros);
        if (workspace.TurnsOperands)
            launcher.Run(Gradient, Weight.Values, inputGradient, Gradient, belowSaved, product, workspace.Scratch);
        else
            launcher.Run(Gradient, Transposed(), inputGradient, Gradient, belowSaved, product);
    }

    /// <inheritdoc/>
    public override IEnumerable<LayerProduct> Products(int rows) =>
        Enum.GetValues<Pass>().Select(pass => new LinearProduct(pass, Shape(pass, rows)));

    private MatMulShape Shape(Pass pass, int rows) => pass switch
    {
        Pass.Forward => new() { Rows = rows, Columns = Outputs, Depth = Inputs },
        Pass.InputGradient => new() { Rows = rows, Columns = Inputs, Depth = Outputs },
        _ => new() { Rows = Inputs, Columns = Outputs, Depth = rows },
    };

    /// <summary>Wᵀ: turned once, it is read along its rows, not down its columns.</summary>
    private Floats Transposed()
    {
        workspace.Matrices.Transpose(Weight.Values, workspace.Scratch, new MatrixShape { Rows = Inputs, Columns = Outputs });
        return workspace.Scratch;
    }
}
