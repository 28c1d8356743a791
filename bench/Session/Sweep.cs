using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Bench.Session;

/// <summary>Launches every kernel once, and products in every block: enough for a checker that slows kernels down a hundredfold.</summary>
internal static class Sweep
{
    // Blocks of 128×128 (packed on tensor cores), 64×64 and less on a GPU of some 130 processors; then sizes that are multiples of nothing.
    private static readonly MatMulShape[] Products =
    [
        new() { Rows = 1536, Columns = 2304, Depth = 72 },
        new() { Rows = 768, Columns = 768, Depth = 72 },
        new() { Rows = 384, Columns = 384, Depth = 72 },
        new() { Rows = 1409, Columns = 2311, Depth = 37 },
        new() { Rows = 131, Columns = 77, Depth = 37 },
    ];

    /// <returns>0; a kernel's fault is an exception.</returns>
    public static int Run(string device)
    {
        using Backend backend = Backend.Open(device);
        Accelerator accelerator = backend.Accelerator;
        bool tensorCores = Backend.HasTensorCores(accelerator);
        KernelCatalogue.Launch(accelerator, CatalogueSizes.Representative(6), tensorCores, default);
        accelerator.Synchronize();
        Console.WriteLine($"{accelerator.Name}: every kernel of the catalogue was launched");
        foreach (Precision precision in tensorCores ? Enum.GetValues<Precision>() : [Precision.Fp32])
        {
            foreach (MatMulShape shape in Products)
                Multiply(accelerator, shape, precision);
            Console.WriteLine($"{accelerator.Name}: products in {precision.ToString().ToLowerInvariant()} were launched");
        }
        return 0;
    }

    private static void Multiply(Accelerator accelerator, MatMulShape shape, Precision precision)
    {
        using var left = accelerator.Allocate1D(new float[shape.Rows * shape.Depth]);
        using var right = accelerator.Allocate1D(new float[shape.Depth * shape.Columns]);
        using var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
        foreach (MatMulLauncher product in (MatMulLauncher[])
        [
            MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator, precision),
            MatMulLauncher.InputGradient(accelerator, Activation.Identity, precision),
            MatMulLauncher.WeightGradient(accelerator, precision),
        ])
        {
            using var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
            product.Run(left.View, right.View, output.View, default, default, shape);
            product.Run(left.View, right.View, output.View, default, default, shape, scratch.View);
            accelerator.Synchronize();
        }
    }
}
