using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Layers;

/// <summary>Builds a network layer by layer. Layers with parameters are named name.0, name.1, …; columns follow from the last.</summary>
public sealed class NetworkBuilder
{
    private readonly ParameterLayout layout;
    private readonly string name;
    private readonly List<Layer> layers = [];
    private bool isSparse;

    /// <param name="workspace">What the layers share.</param>
    /// <param name="layout">Where parameters are declared.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="inputs">Columns of the input.</param>
    /// <param name="sparseInput">Whether many numbers of the input are expected to be zero.</param>
    public NetworkBuilder(Workspace workspace, ParameterLayout layout, string name, int inputs, bool sparseInput = false) =>
        (Workspace, this.layout, this.name, Columns, isSparse) = (workspace, layout, name, inputs, sparseInput);

    /// <summary>What the layers share.</summary>
    public Workspace Workspace { get; }

    /// <summary>Columns of the last layer's output.</summary>
    public int Columns { get; private set; }

    /// <summary>Adds a linear layer with an activation; <see cref="Layers.Linear"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="outputs"/> is not positive.</exception>
    public NetworkBuilder Linear(int outputs, Activation activation, bool gradientInPlace = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        return Add(new Linear(Workspace, layout, Next, Columns, outputs, activation, gradientInPlace, isSparse), outputs);
    }

    /// <summary>Adds linear layers of these widths.</summary>
    public NetworkBuilder Linear(IEnumerable<int> widths, Activation activation) =>
        widths.Aggregate(this, (builder, width) => builder.Linear(width, activation));

    /// <summary>Adds a convolution; <see cref="Layers.Conv"/>.</summary>
    public NetworkBuilder Conv(ConvShape shape, Activation activation) =>
        Add(new Conv(Workspace, layout, Next, shape, activation), shape.Coarse.Length);

    /// <summary>Adds a transposed convolution; <see cref="Layers.ConvTranspose"/>.</summary>
    public NetworkBuilder ConvTranspose(ConvShape shape, Activation activation, bool gradientInPlace = false) =>
        Add(new ConvTranspose(Workspace, layout, Next, shape, activation, gradientInPlace), shape.Fine.Length);

    /// <summary>Swaps the axes of each example's matrix; <see cref="Layers.Planes"/>.</summary>
    public NetworkBuilder Planes(int rows, int columns) => Add(new Planes(Workspace, rows, columns), Columns);

    /// <summary>Turns symbols into one-hot rows; <see cref="Layers.OneHotSymbols"/>.</summary>
    public NetworkBuilder OneHot(int symbols)
    {
        Add(new OneHotSymbols(Workspace, Columns, symbols), Columns * symbols);
        isSparse = true;
        return this;
    }

    /// <summary>Sets one-hot labels beside the columns, where there are classes; <see cref="Layers.WithLabels"/>.</summary>
    /// <param name="labels">The labels, (batch/<paramref name="repeats"/>, <paramref name="classes"/>).</param>
    /// <param name="classes">Their columns.</param>
    /// <param name="repeats">How many rows have the same label, one below the other.</param>
    public NetworkBuilder Labels(Floats labels, int classes, int repeats = 1)
    {
        if (classes == 0)
            return this;
        Activation below = layers.Count > 0 ? layers[^1].Activation : Activation.Identity;
        return Add(new WithLabels(Workspace, labels, classes, Columns, below, repeats), Columns + classes);
    }

    /// <summary>Adds a layer.</summary>
    /// <param name="layer">The layer, for <see cref="Columns"/> columns of input.</param>
    /// <param name="columns">Columns of its output.</param>
    public NetworkBuilder Add(Layer layer, int columns)
    {
        layers.Add(layer);
        Columns = columns;
        if (layer.HasParameters)
            isSparse = layer.Activation.GivesZeros;
        return this;
    }

    public Network Build() => new([.. layers]);

    private string Next => $"{name}.{layers.Count(layer => layer.HasParameters)}";
}
