using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Layers;

/// <summary>What a convolution and a transposed one share: the weights, their gradients, and the unfolded images where those pay.</summary>
/// <remarks>
/// Where the fine image has fewer channels than <see cref="FewChannels"/>, its channels would leave most of a vector empty. It is
/// then unfolded, and the layer is a convolution of one tap and taps·channels channels with the same weights. The choice depends on the
/// layer alone, so all devices add in the same order.
/// </remarks>
internal sealed class ConvParameters
{
    private const int FewChannels = 8;
    private readonly Workspace workspace;
    private readonly ConvShape shape;
    private readonly Floats unfolded;
    private readonly long ownScratch;

    /// <summary>Declares name.weight, (kernel·kernel·fine channels, coarse channels), and name.bias.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="layout">Where the parameters are declared.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="shape">The layer's shape, but for the number of images.</param>
    /// <param name="outputs">Whether the output is the fine or the coarse image.</param>
    /// <param name="fanIn">The weights of an input's share, as PyTorch counts them.</param>
    /// <param name="fanOut">The same of an output.</param>
    /// <param name="activation">The layer's activation.</param>
    public ConvParameters(
        Workspace workspace, ParameterLayout layout, string name, ConvShape shape, ImageShape outputs, int fanIn, int fanOut,
        Activation activation)
    {
        this.workspace = workspace;
        this.shape = shape;
        int rows = shape.Taps * shape.Fine.Channels;
        Weight = layout.AddWeights(name, rows, shape.Coarse.Channels, fanIn, fanOut, activation);
        Bias = layout.AddBiases(name, outputs.Channels, fanIn);
        Unfolds = UnfoldsAt(shape.Fine.Channels);
        if (Unfolds)
            unfolded = workspace.Allocate(shape.Coarse.Pixels * rows);
        ConvShape largest = For(workspace.MaximalBatch);
        ownScratch = (workspace.Trains ? Math.Max(outputs.Length, (long)shape.Weights * ConvWeights.Chunks(largest)) : shape.Weights)
            + 15 & -16;
        DeviceTuning tuning = DeviceTuning.For(workspace.Accelerator);
        long packed = Math.Max(
            ConvLauncher.ScratchLength<ToCoarse>(tuning, largest), ConvLauncher.ScratchLength<ToFine>(tuning, largest));
        if (workspace.Trains)
            packed = Math.Max(packed, workspace.Convolutions.Value.Weights.ScratchLength(largest));
        workspace.ReserveScratch(ownScratch + packed);
    }

    /// <summary>Whether fine images of so many channels are unfolded.</summary>
    public static bool UnfoldsAt(int fineChannels) => fineChannels < FewChannels;

    /// <summary>Whether the fine images are unfolded.</summary>
    public bool Unfolds { get; }

    /// <summary>The unfolded fine images.</summary>
    public Floats Unfolded => unfolded;

    /// <summary>The weights as <see cref="ToCoarse"/> takes them.</summary>
    public Floats Weights => Weight.Values;

    public Floats Biases => Bias.Values;

    public ParameterSlice Weight { get; }

    public ParameterSlice Bias { get; }

    /// <summary>Scratch memory for packed factors: behind the weights, or the partial sums, that the layer itself keeps there.</summary>
    public Floats PackedScratch => workspace.ScratchFrom(ownScratch);

    /// <summary>The weights as <see cref="ToFine"/> takes them; they last until the scratch memory's next use.</summary>
    public Floats TurnedWeights()
    {
        ConvShape now = For(1);
        var tap = new MatrixShape { Rows = now.Fine.Channels, Columns = now.Coarse.Channels };
        workspace.Matrices.Transpose(Weight.Values, workspace.Scratch, tap, now.Taps);
        return workspace.Scratch;
    }

    /// <summary>The shape for a batch: of the layer, or of what is left of it once the fine images are unfolded.</summary>
    public ConvShape For(int rows) => Unfolds ? Unfold.Reduced(shape with { Images = rows }) : shape with { Images = rows };

    /// <summary>The layer's own shape for a batch.</summary>
    public ConvShape Whole(int rows) => shape with { Images = rows };

    /// <summary>The products of the layer's passes, the forward one to the fine image or to the coarse one.</summary>
    public IEnumerable<LayerProduct> Products(int rows, bool forwardToFine) =>
    [
        new ConvProduct(Pass.Forward, For(rows), forwardToFine), new ConvProduct(Pass.InputGradient, For(rows), !forwardToFine),
        new ConvProduct(Pass.WeightGradient, For(rows)),
    ];

    /// <summary>The fine images as the products take them: unfolded here, or as they are.</summary>
    public Floats Prepare(Floats fine, int rows)
    {
        if (!Unfolds)
            return fine;
        workspace.Convolutions.Value.Weights.Unfold(fine, unfolded, Whole(rows));
        return unfolded;
    }

    /// <summary>The gradient of the weights; <paramref name="fine"/> is what <see cref="Prepare"/> gave.</summary>
    public void WeightGradient(Floats fine, Floats coarse, int rows)
    {
        ConvShape now = For(rows);
        workspace.Convolutions.Value.Weights.PartialSums(fine, coarse, workspace.Scratch, now, PackedScratch);
        workspace.Matrices.SumColumns(
            workspace.Scratch, Weight.Gradient, new MatrixShape { Rows = ConvWeights.Chunks(now), Columns = now.Weights });
    }

    /// <summary>The gradient of the biases: the output's, added over the batch and then over the pixels.</summary>
    public void BiasGradient(Floats gradient, ImageShape outputs, int rows)
    {
        MatrixLauncher matrices = workspace.Matrices;
        matrices.SumColumns(gradient, workspace.Scratch, new MatrixShape { Rows = rows, Columns = outputs.Length });
        matrices.SumColumns(workspace.Scratch, Bias.Gradient, new MatrixShape { Rows = outputs.Pixels, Columns = outputs.Channels });
    }
}
