using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Layers.Models;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// What a training step cannot do without: the operations of its products, and the bytes of what it works on. Every layer has a product
/// forward, one for the gradient of its weights and, but for the first, one for that of its input.
/// </summary>
internal sealed class StepCost
{
    private readonly Layer[] encoder, decoder;
    private readonly StepSize size;

    public StepCost(StepSize size)
    {
        this.size = size;
        int outputs = size.Likelihood.Outputs(size.Likelihood.Settings(new LikelihoodOptions()));
        Layer[] down = [.. Levels(1)], up = [.. Levels(outputs).Reverse()];
        int inner = down.Length == 0 ? size.Pixels : down[^1].Coarse;
        encoder = [.. down, .. Linear([inner, .. size.Hidden, 2 * size.Latent])];
        // A decoder's convolutions go from coarse to fine.
        decoder =
        [
            .. Linear([size.Latent, .. size.Hidden.Reverse(), down.Length == 0 ? size.Pixels * outputs : inner]),
            .. up.Select(level => level with { Outputs = level.Fine }),
        ];
    }

    /// <summary>Floating-point operations of a step; a multiplication with its addition is two.</summary>
    public double Flops =>
        2.0 * size.Batch * (3 * encoder.Sum(layer => layer.Products) - encoder[0].Products)
        + 2.0 * size.Batch * size.Samples * 3 * decoder.Sum(layer => layer.Products);

    /// <summary>Bytes of parameters, gradients and moments, of the layers' outputs and gradients, of the batch and the images.</summary>
    /// <param name="parameters">The model's parameters.</param>
    public double Bytes(int parameters) =>
        sizeof(float) * (4.0 * parameters + 2.0 * size.Batch * Activations + (double)size.Batch * size.Pixels)
        + (double)size.Images * size.Pixels;

    /// <summary>Numbers of one example; those of the decoder's last layer once, for their gradient takes their place.</summary>
    private double Activations =>
        encoder.Sum(layer => (double)layer.Outputs)
        + size.Samples * (decoder.Sum(layer => (double)layer.Outputs) - 0.5 * decoder[^1].Outputs);

    private static IEnumerable<Layer> Linear(int[] widths) =>
        widths.Zip(widths.Skip(1), (inputs, outputs) => new Layer((double)inputs * outputs, inputs, outputs, outputs));

    /// <summary>The convolutions, from the image on.</summary>
    private IEnumerable<Layer> Levels(int outputs)
    {
        var image = new ConvolutionalShape(size.Side, size.Side, size.Colors);
        int planes = size.Colors * outputs;
        for (int i = 0; i < size.Channels.Length; i++)
        {
            ConvShape level = image.Level(i, planes, size.Channels[i]);
            int coarse = level.Coarse.Pixels * size.Channels[i];
            yield return new((double)coarse * image.Kernel * image.Kernel * planes, level.Fine.Pixels * planes, coarse, coarse);
            planes = size.Channels[i];
        }
    }

    /// <summary>A layer for one example.</summary>
    /// <param name="Products">Multiplications of a product.</param>
    /// <param name="Fine">Numbers on the side of the image.</param>
    /// <param name="Coarse">Numbers on the side of the latent.</param>
    /// <param name="Outputs">Numbers that it computes.</param>
    private sealed record Layer(double Products, int Fine, int Coarse, int Outputs);
}
