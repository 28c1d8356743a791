using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// An epilogue as a launch of its own, in place (<see cref="Elementwise"/>): what follows a product that is not fused with it.
/// </summary>
internal sealed class ElementwiseLauncher
{
    /// <summary>The most groups along y that every device takes.</summary>
    private const int MostRows = 65_535;

    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatrixShape> launch;

    private ElementwiseLauncher(
        Accelerator accelerator, Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatrixShape> launch) =>
        (tuning, this.launch) = (DeviceTuning.For(accelerator), launch);

    /// <summary>values = f(values + bias).</summary>
    public static ElementwiseLauncher Forward(Accelerator accelerator, Activation activation) =>
        activation.Accept(new OfForward(accelerator));

    /// <summary>values = values ⊙ f'(saved); null for the identity, whose derivative is 1.</summary>
    public static ElementwiseLauncher? Gradient(Accelerator accelerator, Activation below) =>
        below == Activation.Identity ? null : below.Accept(new OfGradient(accelerator));

    /// <summary>Launches it, in parts where a grid is too small for all rows.</summary>
    /// <param name="values">(rows, columns).</param>
    /// <param name="bias">(columns), as the epilogue says.</param>
    /// <param name="saved">(rows, columns), as the epilogue says.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public void Run(ArrayView<float> values, ArrayView<float> bias, ArrayView<float> saved, int rows, int columns)
    {
        for (int first = 0; first < rows; first += MostRows)
        {
            int now = Math.Min(MostRows, rows - first);
            launch(
                tuning.Elements(now, columns), Part(values, first, now, columns), bias, Part(saved, first, now, columns),
                new MatrixShape { Rows = now, Columns = columns });
        }
    }

    /// <summary>Some rows; an empty view, which is not read, stays one.</summary>
    private static ArrayView<float> Part(ArrayView<float> view, int first, int rows, int columns) =>
        view.Length < (first + (long)rows) * columns ? view : view.SubView((long)first * columns, (long)rows * columns);

    private sealed class OfForward(Accelerator accelerator) : IActivationVisitor<ElementwiseLauncher>
    {
        public ElementwiseLauncher Visit<TActivation>() where TActivation : struct, IActivation => new(
            accelerator,
            new Loaded<ArrayView<float>, ArrayView<float>, ArrayView<float>, MatrixShape>(
                accelerator, Elementwise.AddBiasAndActivate<TActivation>).Launch);
    }

    private sealed class OfGradient(Accelerator accelerator) : IActivationVisitor<ElementwiseLauncher>
    {
        public ElementwiseLauncher Visit<TActivation>() where TActivation : struct, IActivation
        {
            var kernel = new Loaded<ArrayView<float>, ArrayView<float>,
                MatrixShape>(accelerator, Elementwise.MultiplyByDerivative<TActivation>);
            return new(accelerator, (config, values, _, saved, shape) => kernel.Launch(config, values, saved, shape));
        }
    }
}
