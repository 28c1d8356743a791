using BenchmarkDotNet.Attributes;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Micro;

/// <summary>The products of the standard model's step, fused as the layers use them.</summary>
public class MatMulBenchmarks : KernelBenchmark
{
    private ArrayView<float> left, right, output, bias;
    private MatMulShape straight, turned;
    private MatMulLauncher forward = null!, weightGradient = null!;

    /// <summary>Rows × depth × columns.</summary>
    [Params("128×784×400", "128×400×40", "128×20×400", "128×400×784")]
    public string Shape { get; set; } = "";

    /// <summary>f(x·W + b).</summary>
    [Benchmark]
    public void Forward() => forward.Run(left, right, output, bias, default, straight);

    /// <summary>xᵀ·G for the same layer.</summary>
    [Benchmark]
    public void WeightGradient() => weightGradient.Run(left, right, output, default, default, turned);

    /// <inheritdoc/>
    protected override void Prepare()
    {
        forward = MatMulLauncher.Forward(Accelerator, Activation.Relu);
        weightGradient = MatMulLauncher.WeightGradient(Accelerator);
        const int Largest = 784 * 784;
        (left, right, output, bias) = (Numbers(Largest), Numbers(Largest), Numbers(Largest), Numbers(784));
        int[] sizes = [.. Shape.Split('×').Select(int.Parse)];
        straight = new() { Rows = sizes[0], Depth = sizes[1], Columns = sizes[2] };
        turned = new() { Rows = sizes[1], Depth = sizes[0], Columns = sizes[2] };
    }
}
