using VaeGpu.Kernels.Activations;
using VaeGpu.Layers;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>The sizes that the kernels of the catalogue are launched with.</summary>
/// <param name="Model">The model whose products have shapes of interest.</param>
/// <param name="Batch">Its rows.</param>
/// <param name="Small">A model for all kernels that this one does not use.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Convolutional">The same with convolutions.</param>
/// <param name="Side">Rows, columns and depth of large products.</param>
public sealed record CatalogueSizes(VaeShape Model, int Batch, VaeShape Small, int Rows, VaeShape Convolutional, int Side)
{
    /// <summary>Rows of the model with convolutions.</summary>
    public int ConvolutionalRows { get; init; } = 2;

    /// <summary>The sizes of training for every kernel: 784-400-20, and convolutions of 32 and 64 channels.</summary>
    public static CatalogueSizes Training(int batch)
    {
        VaeShape model = Linear(784, 400, 20);
        return new(model, batch, model, batch, Convolutions(model, 28, 32, 64), 256) { ConvolutionalRows = batch };
    }

    /// <summary>The default model (784-400-20) at some batch, and the smallest for the rest.</summary>
    public static CatalogueSizes Representative(int batch)
    {
        VaeShape small = Linear(12, 5, 3);
        return new(Linear(784, 400, 20), batch, small, 4, Convolutions(small, 8, 2, 3), 128);
    }

    /// <summary>Primes and other odd numbers, so that nothing fits into a tile or a vector.</summary>
    public static CatalogueSizes Odd { get; } =
        new(Linear(67, 37, 5), 19, Linear(13, 7, 3), 5, Convolutions(Linear(13, 7, 3), 9, 3, 5), 67);

    /// <summary>Multiples of four, which kernels can read four at once.</summary>
    public static CatalogueSizes Even { get; } =
        new(Linear(64, 32, 8), 16, Linear(16, 8, 4), 4, Convolutions(Linear(16, 8, 4), 8, 4, 8), 64);

    /// <summary>The default model, whose products differ on a GPU, at a batch that fills no tile; else as <see cref="Odd"/>.</summary>
    public static CatalogueSizes Large { get; } = Odd with { Model = Linear(784, 400, 20), Batch = 129, Side = 129 };

    private static VaeShape Linear(int data, int hidden, int latent) => new()
    {
        DataDimensions = data, LatentDimensions = latent, Layers = new LinearLayers([hidden], [hidden]), Activation = Activation.Relu,
        Likelihood = Likelihood.Bernoulli,
    };

    private static VaeShape Convolutions(VaeShape small, int side, int fine, int coarse) => small with
    {
        DataDimensions = side * side,
        Layers = new ConvolutionalLayers(new(side, side), [fine, coarse], [coarse, fine]),
    };
}
