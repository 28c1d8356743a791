using VaeGpu.CudaEmulator;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Tests.Kernels;

namespace VaeGpu.Tests.Ptx;

/// <summary>A linear layer whose products are those of tensor cores, beside the same layer in fp32.</summary>
internal sealed class LinearPrecisionTests
{
    private const int Rows = 128, Columns = 3, Outputs = 260;

    // The interpreter has two processors: two blocks of 128×256 are packed, the input's gradient is too small for that.
    [TestCase(Precision.Tf32, 1e-3)]
    [TestCase(Precision.Bf16, 8e-3)]
    public void All_products_of_a_layer_differ_from_those_in_fp32_by_rounding_alone(Precision precision, double tolerance)
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        var random = new Inputs();
        float[] parameters = random.Normal(2000), input = random.Normal(Rows * Columns), gradient = random.Normal(Rows * Outputs);
        (float[] Output, float[] Weight, float[] Input) exact = Run(gpu, Precision.Fp32, parameters, input, gradient);
        Assert.That(Kernels(gpu), Has.None.Contains("Tensor").And.None.Contains("Packed"));
        (float[] Output, float[] Weight, float[] Input) rounded = Run(gpu, precision, parameters, input, gradient);
        Assert.Multiple(() =>
        {
            Assert.That(Kernels(gpu), Has.Some.Contains($"PackedMatMul.Multiply<{precision}, BiasActivation<Tanh>>")
                .And.Some.Contains($"PackedMatMul.Multiply<{precision}, Plain>").And.Some.Contains("TensorMatMul.Multiply<Tensor64x64"));
            Assert.That(Difference(rounded.Output, exact.Output), Is.InRange(1e-7, tolerance), "output");
            Assert.That(Difference(rounded.Weight, exact.Weight), Is.InRange(1e-7, tolerance), "gradient of the weights");
            Assert.That(Difference(rounded.Input, exact.Input), Is.InRange(1e-7, tolerance), "gradient of the input");
        });
    }

    private static string[] Kernels(PtxAccelerator gpu) =>
        [.. gpu.Kernels.Where(kernel => kernel.Executables.Count > 0).Select(kernel => kernel.Name)];

    private static (float[] Output, float[] Weight, float[] Input) Run(
        PtxAccelerator gpu, Precision precision, float[] parameters, float[] data, float[] gradient)
    {
        using var workspace = new Workspace(gpu, Rows, precision);
        var layout = new ParameterLayout(Initialization.Pytorch);
        var layer = new Linear(workspace, layout, "layer", Columns, Outputs, Activation.Tanh);
        using var arena = new ParameterArena(gpu, layout);
        arena.Parameters.CopyFromCPU(parameters[..layout.Length]);
        using var input = gpu.Allocate1D(data);
        using var inputGradient = gpu.Allocate1D<float>(Rows * Columns);
        layer.Forward(input.View, Rows);
        layer.Gradient.CopyFromCPU(gradient);
        layer.BackwardParameters(input.View, Rows);
        layer.BackwardInput(Activation.Identity, default, inputGradient.View, Rows);
        var output = new float[Rows * Outputs];
        var weight = new float[Columns * Outputs];
        layer.Output.CopyToCPU(output);
        layout.Slices[0].Gradient.CopyToCPU(weight);
        return (output, weight, inputGradient.GetAsArray1D());
    }

    /// <summary>‖a − b‖ / ‖b‖.</summary>
    private static double Difference(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum() / b.Sum(y => (double)y * y));
}
