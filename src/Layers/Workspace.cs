using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Layers;

/// <summary>What the layers of a model share: the device, its loaded kernels, the room for a batch, and scratch memory.</summary>
public sealed class Workspace : IDisposable
{
    private readonly List<MemoryBuffer> buffers = [];
    private readonly Dictionary<(Activation, bool SkipsZeros), MatMulLauncher> forward = [], inputGradient = [];
    private readonly Dictionary<bool, MatMulLauncher> weightGradient = [];
    private MemoryBuffer1D<float, Stride1D.Dense>? scratch;

    /// <summary>A workspace for batches of at most <paramref name="maximalBatch"/> rows.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="maximalBatch">The most rows.</param>
    /// <param name="precision">The numbers that linear layers multiply.</param>
    /// <param name="trains">Whether there is a backward pass, whose gradients need memory.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximalBatch"/> is not positive.</exception>
    public Workspace(Accelerator accelerator, int maximalBatch, Precision precision = Precision.Fp32, bool trains = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximalBatch);
        Accelerator = accelerator;
        MaximalBatch = maximalBatch;
        TurnsOperands = DeviceTuning.For(accelerator).TurnsOperands;
        Matrices = new MatrixLauncher(accelerator);
        Precision = precision;
        Trains = trains;
        Convolutions = new Lazy<ConvKernels>(() => new ConvKernels(accelerator));
    }

    public Accelerator Accelerator { get; }
    /// <summary>The most rows that a batch may have.</summary>
    public int MaximalBatch { get; }
    /// <summary><see cref="DeviceTuning.TurnsOperands"/>: whether weights need not be transposed for the input gradient.</summary>
    public bool TurnsOperands { get; }
    /// <summary>The numbers that linear layers multiply.</summary>
    public Precision Precision { get; }
    /// <summary>Whether there is a backward pass.</summary>
    public bool Trains { get; }
    /// <summary>Transposes, and sums of columns and rows.</summary>
    public MatrixLauncher Matrices { get; }
    /// <summary>The kernels of convolutional layers, loaded when the first is built.</summary>
    internal Lazy<ConvKernels> Convolutions { get; }

    /// <summary>Scratch memory: its contents last until the next layer's turn.</summary>
    public Floats Scratch => scratch?.View ?? default;

    /// <summary>The scratch memory from <paramref name="start"/> on; empty if that is its end.</summary>
    public Floats ScratchFrom(long start) => start < Scratch.Length ? Scratch.SubView(start) : default;

    /// <summary>Layers' forward product.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="skipsZeros">Whether many numbers of the input are expected to be zero.</param>
    public MatMulLauncher Forward(Activation activation, bool skipsZeros = false)
    {
        if (!forward.TryGetValue((activation, skipsZeros), out MatMulLauncher? launcher))
            forward.Add((activation, skipsZeros), launcher = MatMulLauncher.Forward(Accelerator, activation, Precision, skipsZeros));
        return launcher;
    }

    /// <summary>Layers' input gradient, taken through the activation of the layer below.</summary>
    /// <param name="below">That activation.</param>
    /// <param name="skipsZeros">Whether many numbers of the output's gradient are expected to be zero.</param>
    public MatMulLauncher InputGradient(Activation below, bool skipsZeros = false)
    {
        if (!inputGradient.TryGetValue((below, skipsZeros), out MatMulLauncher? launcher))
            inputGradient.Add((below, skipsZeros), launcher = MatMulLauncher.InputGradient(Accelerator, below, Precision, skipsZeros));
        return launcher;
    }

    /// <summary>inputᵀ·outputGradient.</summary>
    /// <param name="skipsZeros">Whether many numbers of the input are expected to be zero.</param>
    public MatMulLauncher WeightGradient(bool skipsZeros = false)
    {
        if (!weightGradient.TryGetValue(skipsZeros, out MatMulLauncher? launcher))
            weightGradient.Add(skipsZeros, launcher = MatMulLauncher.WeightGradient(Accelerator, Precision, skipsZeros));
        return launcher;
    }

    /// <summary>A matrix of <paramref name="columns"/> columns with room for a batch; it lives as long as the workspace.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It would have 2³¹ elements or more: kernels count them in 32 bits.</exception>
    public Floats Allocate(int columns)
    {
        long length = (long)MaximalBatch * columns;
        if (length > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(columns), columns,
                $"A layer of {columns:N0} numbers has {length:N0} for a batch of {MaximalBatch:N0}; kernels count up to {int.MaxValue:N0}. "
                + "Use smaller batches, or smaller layers.");
        }
        Backend.ThrowIfNoRoom(
            Accelerator, FormattableString.Invariant($"A layer of {columns:N0} numbers in a batch of {MaximalBatch:N0}"),
            sizeof(float) * length);
        var buffer = Accelerator.Allocate1D<float>(length);
        buffers.Add(buffer);
        return buffer.View;
    }

    /// <summary>Room for the gradient of such a matrix; empty if the workspace does not train.</summary>
    public Floats AllocateGradient(int columns) => Trains ? Allocate(columns) : default;

    /// <summary>Makes sure that <see cref="Scratch"/> has so many elements; called while the model is built.</summary>
    public void ReserveScratch(long length)
    {
        if (length <= (scratch?.Length ?? 0))
            return;
        scratch?.Dispose();
        scratch = Accelerator.Allocate1D<float>(length);
    }

    /// <summary>Checks a batch's size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for it.</exception>
    public void ThrowIfTooMany(int rows)
    {
        if (rows <= 0 || rows > MaximalBatch)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"The model was built for batches of 1 to {MaximalBatch} rows.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        scratch?.Dispose();
        foreach (MemoryBuffer buffer in buffers)
            buffer.Dispose();
    }
}
