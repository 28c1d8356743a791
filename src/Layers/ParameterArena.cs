using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Layers;

/// <summary>A tensor, which the layer that declares it holds; its memory is a part of a <see cref="ParameterArena"/>.</summary>
public sealed class ParameterSlice
{
    /// <summary>The name that checkpoints know it by, such as "encoder.0.weight".</summary>
    public required string Name { get; init; }
    /// <summary>Its number, in the order of declaration.</summary>
    public required int Index { get; init; }
    /// <summary>Its first element in the arena.</summary>
    public required int Offset { get; init; }
    /// <summary>Rows; 1 for a bias.</summary>
    public required int Rows { get; init; }
    public required int Columns { get; init; }
    /// <summary>The distribution of its initial values.</summary>
    public required InitialDistribution Initial { get; init; }
    /// <summary>Whether weight decay is for it: a layer's weights, not its biases.</summary>
    public required bool Decays { get; init; }
    public int Length => Rows * Columns;
    /// <summary>Its values, (rows, columns); empty until there is an arena.</summary>
    public Floats Values { get; internal set; }
    /// <summary>Its gradient, (rows, columns); empty where the arena does not train.</summary>
    public Floats Gradient { get; internal set; }
}

/// <summary>Places tensors one behind the other, each at a multiple of 64 bytes.</summary>
/// <param name="initialization">The distribution of the initial parameters.</param>
public sealed class ParameterLayout(Initialization initialization)
{
    private const int Alignment = AdamW.Block;
    private readonly List<ParameterSlice> slices = [];

    /// <summary>The tensors, in the order of declaration.</summary>
    public IReadOnlyList<ParameterSlice> Slices => slices;

    /// <summary>Elements in all, padding included.</summary>
    public int Length { get; private set; }

    /// <summary>Declares a tensor.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="OverflowException">The model has 2³¹ parameters or more.</exception>
    public ParameterSlice Add(string name, int rows, int columns, InitialDistribution initial, bool decays = false)
    {
        if (slices.Exists(other => other.Name == name))
            throw new ArgumentException($"There are two parameters named {name}.", nameof(name));
        var slice = new ParameterSlice
        {
            Name = name, Index = slices.Count, Offset = Length, Rows = rows, Columns = columns, Initial = initial, Decays = decays,
        };
        Length = checked((Length + rows * columns + Alignment - 1) / Alignment * Alignment);
        slices.Add(slice);
        return slice;
    }

    /// <summary>Declares a layer's weights.</summary>
    public ParameterSlice AddWeights(string name, int rows, int columns, double fanIn, double fanOut, Activation activation) =>
        Add($"{name}.weight", rows, columns, initialization.Weights(fanIn, fanOut, activation.Gain), decays: true);

    /// <summary>Declares a layer's biases.</summary>
    public ParameterSlice AddBiases(string name, int columns, double fanIn) =>
        Add($"{name}.bias", 1, columns, initialization.Biases(fanIn));

    /// <summary>1 for each <see cref="AdamW.Block"/> elements of a tensor that decays, else 0: tensors begin with a block.</summary>
    internal float[] DecayedBlocks()
    {
        var decayed = new float[Length / Alignment];
        foreach (ParameterSlice slice in slices.Where(slice => slice.Decays))
            decayed.AsSpan(slice.Offset / Alignment, (slice.Length + Alignment - 1) / Alignment).Fill(1f);
        return decayed;
    }
}

/// <summary>
/// All parameters of a model with their gradients and Adam's moments: four flat buffers of one layout, so that one launch
/// updates the whole model and one copy saves it. The padding between tensors is zero and stays so.
/// </summary>
public sealed class ParameterArena : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> parameters;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? gradients, firstMoments, secondMoments, decayed, chunkNorms;

    /// <summary>
    /// Allocates the arena, all zeros, and gives the layout's slices their parts; where it does not train, of the parameters alone.
    /// </summary>
    public ParameterArena(Accelerator accelerator, ParameterLayout layout, bool trains = true)
    {
        Layout = layout;
        // A training draws pictures at its end, with a copy of the parameters.
        Backend.ThrowIfNoRoom(
            accelerator,
            FormattableString.Invariant($"A model of {layout.Length:N0} parameters{(trains ? ", to be trained," : "")}"),
            (trains ? 5L : 1L) * sizeof(float) * layout.Length);
        parameters = Zeros(accelerator, layout.Length);
        foreach (ParameterSlice slice in layout.Slices)
            slice.Values = parameters.View.SubView(slice.Offset, slice.Length);
        if (!trains)
            return;
        gradients = Zeros(accelerator, layout.Length);
        foreach (ParameterSlice slice in layout.Slices)
            slice.Gradient = gradients.View.SubView(slice.Offset, slice.Length);
        firstMoments = Zeros(accelerator, layout.Length);
        secondMoments = Zeros(accelerator, layout.Length);
        decayed = accelerator.Allocate1D(layout.DecayedBlocks());
        chunkNorms = Zeros(accelerator, Launch.Groups(layout.Length, GradientNorm.Chunk));
    }

    /// <summary>Where the tensors lie.</summary>
    public ParameterLayout Layout { get; }

    public Floats Parameters => parameters.View;
    public Floats Gradients => OfTraining(gradients);
    /// <summary>Adam's first moments.</summary>
    public Floats FirstMoments => OfTraining(firstMoments);
    /// <summary>Adam's second moments.</summary>
    public Floats SecondMoments => OfTraining(secondMoments);

    /// <summary>Draws the first values of every tensor.</summary>
    public void Initialize(StepLauncher launcher, uint seed)
    {
        foreach (ParameterSlice slice in Layout.Slices)
        {
            Floats values = slice.Values;
            launcher.Initialize(values, slice.Initial, seed, slice.Index);
            if (!slice.Initial.IsOrthogonal)
                continue;
            var draws = new float[slice.Length];
            values.CopyToCPU(draws);
            values.CopyFromCPU(Orthogonal.Of(draws, slice.Rows, slice.Columns, slice.Initial.Scale));
        }
    }

    /// <summary>One step of the optimizer over the whole model: one launch, and two before it that measure a clipped gradient.</summary>
    public void Update(StepLauncher launcher, ArrayView<ControlBlock> control, AdamSettings settings)
    {
        if (settings.ClipNorm > 0)
            launcher.GradientNorm(Gradients, OfTraining(chunkNorms), control);
        launcher.Update(Parameters, Gradients, FirstMoments, SecondMoments, OfTraining(decayed), control, settings);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        parameters.Dispose();
        gradients?.Dispose();
        firstMoments?.Dispose();
        secondMoments?.Dispose();
        decayed?.Dispose();
        chunkNorms?.Dispose();
    }

    private static Floats OfTraining(MemoryBuffer1D<float, Stride1D.Dense>? buffer) =>
        buffer?.View ?? throw new InvalidOperationException("The model was built without room for gradients; build it to train.");

    private static MemoryBuffer1D<float, Stride1D.Dense> Zeros(Accelerator accelerator, int length)
    {
        var buffer = accelerator.Allocate1D<float>(length);
        buffer.MemSetToZero();
        return buffer;
    }
}
