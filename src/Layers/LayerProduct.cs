using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Layers;

/// <summary>What a layer computes in a training step.</summary>
public enum Pass
{
    Forward,
    InputGradient,
    WeightGradient,
}

/// <summary>A matrix product or a convolution of a layer, as it can be launched alone: to measure it.</summary>
/// <param name="Pass">The pass that it is part of.</param>
public abstract record LayerProduct(Pass Pass)
{
    public abstract bool IsConvolution { get; }
    /// <summary>Its operations.</summary>
    public abstract double Flops { get; }
    /// <summary>The elements of both factors and of the output.</summary>
    public abstract (long Left, long Right, long Output) Lengths { get; }

    /// <summary>Loads its kernels, without activation, in their shapes for the device.</summary>
    public abstract LoadedProduct Load(Accelerator accelerator);
}

/// <summary>A <see cref="LayerProduct"/> on a device.</summary>
/// <param name="ScratchLength">The floats of scratch memory that it makes use of.</param>
/// <param name="Run">Launches it: left and right factor, output, scratch memory.</param>
public sealed record LoadedProduct(long ScratchLength, Action<Floats, Floats, Floats, Floats> Run);

/// <summary>A product of a <see cref="Linear"/> layer.</summary>
public sealed record LinearProduct(Pass Pass, MatMulShape Shape) : LayerProduct(Pass)
{
    /// <inheritdoc/>
    public override bool IsConvolution => false;
    /// <inheritdoc/>
    public override double Flops => 2.0 * Shape.Rows * Shape.Columns * Shape.Depth;
    /// <inheritdoc/>
    public override (long Left, long Right, long Output) Lengths =>
        ((long)Shape.Rows * Shape.Depth, (long)Shape.Depth * Shape.Columns, (long)Shape.Rows * Shape.Columns);

    /// <inheritdoc/>
    public override LoadedProduct Load(Accelerator accelerator)
    {
        MatMulLauncher launcher = Pass switch
        {
            Pass.Forward => MatMulLauncher.Forward(accelerator, Activation.Identity),
            Pass.InputGradient => MatMulLauncher.InputGradient(accelerator, Activation.Identity),
            _ => MatMulLauncher.WeightGradient(accelerator),
        };
        // The right factor is at least as long as the biases, which may be any numbers here.
        return new(
            launcher.ScratchLength(Shape),
            (left, right, output, scratch) => launcher.Run(left, right, output, right, output, Shape, scratch));
    }

    /// <summary>Rows, depth and columns.</summary>
    public override string ToString() => FormattableString.Invariant($"{Shape.Rows}×{Shape.Depth}×{Shape.Columns}");
}

/// <summary>A product of a <see cref="Conv"/> or a <see cref="ConvTranspose"/>.</summary>
/// <param name="Pass">The pass that it is part of.</param>
/// <param name="Shape">Its sizes, the fine images unfolded where the layer unfolds them.</param>
/// <param name="IsToFine">Whether it goes from the coarse image to the fine one; a gradient of weights goes neither way.</param>
public sealed record ConvProduct(Pass Pass, ConvShape Shape, bool IsToFine = false) : LayerProduct(Pass)
{
    /// <inheritdoc/>
    public override bool IsConvolution => true;
    /// <inheritdoc/>
    public override double Flops => 2.0 * Shape.Images * Shape.Coarse.Pixels * Shape.Weights;

    /// <inheritdoc/>
    public override (long Left, long Right, long Output) Lengths
    {
        get
        {
            long fine = (long)Shape.Images * Shape.Fine.Length, coarse = (long)Shape.Images * Shape.Coarse.Length;
            return Pass == Pass.WeightGradient
                ? (fine, coarse, (long)ConvWeights.Chunks(Shape) * Shape.Weights)
                : IsToFine ? (coarse, Shape.Weights, fine) : (fine, Shape.Weights, coarse);
        }
    }

    /// <inheritdoc/>
    public override LoadedProduct Load(Accelerator accelerator)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        if (Pass == Pass.WeightGradient)
        {
            ConvWeightsLauncher weights = ConvWeightsLauncher.Load(accelerator);
            return new(
                weights.ScratchLength(Shape),
                (fine, coarse, partial, scratch) => weights.PartialSums(fine, coarse, partial, Shape, scratch));
        }
        (ConvLauncher launcher, long scratchLength) = IsToFine
            ? (ConvLauncher.Load<ToFine, Plain>(accelerator), ConvLauncher.ScratchLength<ToFine>(tuning, Shape))
            : (ConvLauncher.Load<ToCoarse, Plain>(accelerator), ConvLauncher.ScratchLength<ToCoarse>(tuning, Shape));
        return new(
            scratchLength,
            (source, weights, target, scratch) => launcher.Run(source, weights, target, weights, target, Shape, scratch));
    }

    /// <summary>Images, from what to what, and taps.</summary>
    public override string ToString()
    {
        (ImageShape from, ImageShape to) = IsToFine ? (Shape.Coarse, Shape.Fine) : (Shape.Fine, Shape.Coarse);
        string link = Pass == Pass.WeightGradient ? "with" : "to";
        return FormattableString.Invariant($"{Shape.Images} × {Text(from)} {link} {Text(to)}, {Shape.Kernel}×{Shape.Kernel} taps");
    }

    private static string Text(ImageShape image) => FormattableString.Invariant($"{image.Height}×{image.Width}×{image.Channels}");
}
