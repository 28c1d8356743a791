using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Kernels;

public class ActivationTests
{
    private const int GroupSize = 16;

    [EveryDevice]
    public void Every_activation_has_its_values_and_derivatives_fused_and_unfused(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (Activation activation in Activation.All)
            activation.Accept(new Check(accelerator, inputs));
        return true;
    });

    private sealed class Check(Accelerator accelerator, Inputs inputs) : IActivationVisitor<bool>
    {
        public bool Visit<TActivation>() where TActivation : struct, IActivation
        {
            var shape = new MatMulShape { Rows = 13, Columns = 33, Depth = 9 };
            var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
            KernelConfig groups = new(Elementwise.GridFor(matrix, GroupSize), new Index3D(GroupSize, 1, 1));
            string name = typeof(TActivation).Name;
            float[] left = inputs.Normal(shape.Rows * shape.Depth), right = inputs.Normal(shape.Depth * shape.Columns);
            float[] biases = inputs.Normal(shape.Columns), sums = MatMulTests.InOrder(left, right, shape);
            using var bias = new Guarded(accelerator, biases);
            float[] Product<TEpilogue>(ArrayView<float> bias, ArrayView<float> saved) where TEpilogue : struct, IEpilogue =>
                MatMulTests.Product<Tile12x2, DepthFastest, DepthSlowest, TEpilogue>(accelerator, left, right, shape, bias, saved);

            using var savedUnfused = new Guarded(accelerator, sums.Length);
            using var unfused = new Guarded(accelerator, sums);
            var activate = Elementwise.AddBiasAndActivate<TActivation>;
            accelerator.LoadStreamKernel(activate)(groups, unfused.View, bias.View, savedUnfused.View, matrix);
            using var savedFused = new Guarded(accelerator, sums.Length);
            float[] fused = Product<BiasActivation<TActivation>>(bias.View, savedFused.View);
            Compare.Bits(fused, unfused.Read(), $"bias and {name}");
            Compare.Bits(savedFused.Read(), savedUnfused.Read(), $"what {name} saves");
            double At(int i) => sums[i] + biases[i % shape.Columns];
            Compare.Close(fused, i => Activations64.Apply<TActivation>(At(i)), 1e-6, 1, name);

            using var saved = new Guarded(accelerator, TActivation.FromOutput ? fused : savedFused.Read());
            using var gradient = new Guarded(accelerator, sums);
            var differentiate = Elementwise.MultiplyByDerivative<TActivation>;
            accelerator.LoadStreamKernel(differentiate)(groups, gradient.View, saved.View, matrix);
            float[] fusedGradient = Product<ActivationGradient<TActivation>>(default, saved.View);
            Compare.Bits(fusedGradient, gradient.Read(), $"gradient of {name}");
            Compare.Close(fusedGradient, i => sums[i] * Activations64.Derivative<TActivation>(At(i)), 2e-5, 1, $"gradient of {name}");
            return true;
        }
    }
}
