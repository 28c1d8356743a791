using VaeGpu.Gpu;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Tests.Kernels;

public class LikelihoodTests
{
    private const int Group = 16;
    private static readonly ControlBlock Control = new() { Seed = 3, Step = 2, LikelihoodWeight = 1.5f };

    [EveryDevice]
    public void Bernoulli_s_loss_gradient_and_mean(TestDevice device) => device.Run(accelerator => Check<Bernoulli>(
        accelerator, Bernoulli.Settings,
        (x, o) => Math.Max(o[0], 0) - x * o[0] + Math.Log(1 + Math.Exp(-Math.Abs(o[0]))),
        o => 1 / (1 + Math.Exp(-o[0]))));

    [EveryDevice]
    public void Gaussian_s_loss_gradient_and_mean(TestDevice device) => device.Run(accelerator => Check<Gaussian>(
        accelerator, Gaussian.Settings(0.3),
        (x, o) => Math.Pow(x - o[0], 2) / (2 * 0.09) + 0.5 * Math.Log(2 * Math.PI * 0.09),
        o => o[0]));

    [Test]
    public void A_deviation_must_be_positive() => Assert.That(() => Gaussian.Settings(0), Throws.TypeOf<ArgumentOutOfRangeException>());

    /// <summary>Fused against unfused, bit for bit; both against double precision, the gradient by central differences.</summary>
    private static bool Check<TLikelihood>(
        Accelerator accelerator, LikelihoodSettings settings, Func<double, double[], double> negativeLog, Func<double[], double> mean)
        where TLikelihood : struct, ILikelihood
    {
        var inputs = new Inputs();
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (3, 65), (2, 131)])
        {
            var shape = new ReconstructionShape { Rows = rows, Columns = columns };
            int kinds = TLikelihood.Outputs;
            float[] data = inputs.Uniform(rows * columns), outputs = inputs.Normal(rows * columns * kinds, 2);
            (float[] loss, float[] gradient) = Fused<TLikelihood>(accelerator, data, outputs, shape, settings);
            (float[] lossTwin, float[] gradientTwin, float[] means) = Unfused<TLikelihood>(accelerator, data, outputs, shape, settings);
            Compare.Bits(loss, lossTwin, "loss");
            Compare.Bits(gradient, gradientTwin, "gradient");

            double[] At(int row, int column) =>
                Enumerable.Range(0, kinds).Select(k => (double)outputs[(row * kinds + k) * columns + column]).ToArray();
            Compare.Close(loss, row => Enumerable.Range(0, columns).Sum(c => negativeLog(data[row * columns + c], At(row, c))), 1e-5,
                columns, "loss");
            Compare.Close(means, i => mean(At(i / columns, i % columns)), 1e-6, 1, "mean");
            Compare.Close(gradient, i =>
            {
                int row = i / (kinds * columns), k = i / columns % kinds, column = i % columns;
                double[] above = At(row, column), below = At(row, column);
                above[k] += 1e-5;
                below[k] -= 1e-5;
                double x = data[row * columns + column];
                return Control.LikelihoodWeight / rows * (negativeLog(x, above) - negativeLog(x, below)) / 2e-5;
            }, 1e-5, 0.1, "gradient");
        }
        return true;
    }

    private static (float[] Loss, float[] Gradient) Fused<TLikelihood>(
        Accelerator accelerator, float[] data, float[] outputs, ReconstructionShape shape, LikelihoodSettings settings)
        where TLikelihood : struct, ILikelihood
    {
        using var control = accelerator.Allocate1D(new[] { Control });
        using var x = new Guarded(accelerator, data);
        using var inPlace = new Guarded(accelerator, outputs);
        using var loss = new Guarded(accelerator, shape.Rows);
        var kernel = Reconstruction.LossAndGradient<TLikelihood>;
        accelerator.LoadStreamKernel(kernel)((shape.Rows, Group), x.View, inPlace.View, loss.View, control.View, shape, settings);
        return (loss.Read(), inPlace.Read());
    }

    private static (float[] Loss, float[] Gradient, float[] Mean) Unfused<TLikelihood>(
        Accelerator accelerator, float[] data, float[] outputs, ReconstructionShape shape, LikelihoodSettings settings)
        where TLikelihood : struct, ILikelihood
    {
        using var control = accelerator.Allocate1D(new[] { Control });
        using var x = new Guarded(accelerator, data);
        using var given = new Guarded(accelerator, outputs);
        using var loss = new Guarded(accelerator, shape.Rows);
        using var gradient = new Guarded(accelerator, outputs.Length);
        using var mean = new Guarded(accelerator, data.Length);
        KernelConfig elementwise = new(Elementwise.GridFor(new MatrixShape { Rows = shape.Rows, Columns = shape.Columns }, Group), Group);
        var lossKernel = Reconstruction.Loss<TLikelihood>;
        accelerator.LoadStreamKernel(lossKernel)((shape.Rows, Group), x.View, given.View, loss.View, shape, settings);
        var gradientKernel = Reconstruction.Gradient<TLikelihood>;
        accelerator.LoadStreamKernel(gradientKernel)(elementwise, x.View, given.View, gradient.View, control.View, shape, settings);
        var meanKernel = Reconstruction.Mean<TLikelihood>;
        accelerator.LoadStreamKernel(meanKernel)(elementwise, given.View, mean.View, shape, settings);
        return (loss.Read(), gradient.Read(), mean.Read());
    }
}
