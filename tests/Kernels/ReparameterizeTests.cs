using VaeGpu.Kernels;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Numerics;

namespace VaeGpu.Tests.Kernels;

public class ReparameterizeTests
{
    private const int Group = 16;
    private static readonly ControlBlock Control = new() { Seed = 11, Step = 5, DivergenceWeight = 0.7f };

    [EveryDevice]
    public void Fused_passes_are_right_and_equal_their_twins(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (3, 20), (2, 67), (5, 16)])
        {
            var shape = new LatentShape { Rows = rows, Columns = columns, Samples = 1, Purpose = RandomPurpose.Latent };
            float[] encoded = inputs.Normal(rows * 2 * columns);
            encoded[columns] = 33; // beyond the clamp
            CheckForward(accelerator, encoded, shape);
            CheckBackward(accelerator, encoded, inputs.Normal(rows * columns), shape);
        }
        return true;
    });

    [EveryDevice]
    public void Fused_passes_equal_their_twins_for_every_prior_and_number_of_draws(TestDevice device) => device.Run(accelerator =>
    {
        CheckTwins<MeanPrior>(accelerator, new LatentShape { Rows = 3, Columns = 20, Samples = 2, Purpose = RandomPurpose.Latent });
        CheckTwins<GaussianPrior>(accelerator, new LatentShape { Rows = 2, Columns = 67, Samples = 3, FirstSample = 5, Purpose = 9 });
        return true;
    });

    [EveryDevice]
    public void Beyond_every_use_the_divergence_stands_and_its_gradient_points_back(TestDevice device) => device.Run(accelerator =>
    {
        var shape = new LatentShape { Rows = 1, Columns = 1, Samples = 1, Purpose = RandomPurpose.Latent };
        using var control = accelerator.Allocate1D(new[] { Control });
        using Guarded gates = new(accelerator, [1f]), upstream = new(accelerator, [0f]);
        var forward = Reparameterize.Forward<GaussianPrior>;
        var backward = Reparameterize.Backward<GaussianPrior>;
        foreach (float mean in (float[])[1e11f, -1e11f, 3e12f, 1e20f, -1e20f, float.MaxValue, -float.MaxValue])
        {
            // σ_p = e^½: distances are those from −mean, whose difference overflows, in units of it.
            using Guarded encoded = new(accelerator, [mean, 0f]), prior = new(accelerator, [-mean, 1f]);
            using Guarded latent = new(accelerator, 1), divergence = new(accelerator, 1);
            using Guarded gradient = new(accelerator, 2), priorGradient = new(accelerator, 2);
            accelerator.LoadStreamKernel(backward)((1, Group), encoded.View, prior.View, gates.View, upstream.View, gradient.View,
                priorGradient.View, control.View, shape);
            double distance = Math.Clamp(2.0 * mean / Math.Exp(0.5), -1e12, 1e12), pull = 0.7 * distance / Math.Exp(0.5);
            Compare.Close(gradient.Read(), i => i == 0 ? pull : 0.35 * (Math.Exp(-1) - 1), 1e-5, 0.1, $"gradient at {mean}");
            Compare.Close(priorGradient.Read(), i => i == 0 ? -pull : -0.35 * distance * distance, 1e-5, 0.1, $"the prior's at {mean}");
            accelerator.LoadStreamKernel(forward)((1, Group), encoded.View, prior.View, latent.View, divergence.View,
                control.View, shape);
            Compare.Close(divergence.Read(), _ => 0.5 * distance * distance, 1e-5, 1, $"KL at {mean}");
        }
        return true;
    });

    private static void CheckTwins<TPrior>(Accelerator accelerator, LatentShape shape) where TPrior : struct, IPrior
    {
        var inputs = new Inputs();
        int size = shape.Rows * shape.Columns, drawn = size * shape.Samples;
        using var control = accelerator.Allocate1D(new[] { Control });
        using Guarded encoded = new(accelerator, inputs.Normal(2 * size)), prior = new(accelerator, inputs.Normal(TPrior.Outputs * size));
        using Guarded upstream = new(accelerator, inputs.Normal(drawn)),
            gates = new(accelerator, [.. Enumerable.Range(0, shape.Columns).Select(i => i % 3 == 0 ? 0f : 1f)]);
        using Guarded latent = new(accelerator, drawn), latentTwin = new(accelerator, drawn), terms = new(accelerator, size);
        using Guarded divergence = new(accelerator, shape.Rows), divergenceTwin = new(accelerator, shape.Rows);
        using Guarded gradient = new(accelerator, 2 * size), twin = new(accelerator, 2 * size);
        using Guarded priorGradient = new(accelerator, TPrior.Outputs * size), priorTwin = new(accelerator, TPrior.Outputs * size);
        var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
        KernelConfig elements = new(Elementwise.GridFor(matrix, Group), new Index3D(Group, 1, 1));
        KernelConfig draws = new(Elementwise.GridFor(matrix with { Rows = shape.Rows * shape.Samples }, Group), new Index3D(Group, 1, 1));
        var forward = Reparameterize.Forward<TPrior>;
        accelerator.LoadStreamKernel(forward)((shape.Rows, Group), encoded.View, prior.View, latent.View, divergence.View, control.View,
            shape);
        var sample = Reparameterize.Sample;
        accelerator.LoadStreamKernel(sample)(draws, encoded.View, latentTwin.View, control.View, shape);
        var diverge = Reparameterize.Divergence<TPrior>;
        accelerator.LoadStreamKernel(diverge)(elements, encoded.View, prior.View, terms.View, shape);
        var sum = RowReduction.Run;
        accelerator.LoadStreamKernel(sum)((shape.Rows, Group), terms.View, divergenceTwin.View, matrix);
        var backward = Reparameterize.Backward<TPrior>;
        accelerator.LoadStreamKernel(backward)((shape.Rows, Group), encoded.View, prior.View, gates.View, upstream.View, gradient.View,
            priorGradient.View, control.View, shape);
        var sampleGradient = Reparameterize.SampleGradient;
        accelerator.LoadStreamKernel(sampleGradient)(elements, encoded.View, upstream.View, twin.View, control.View, shape);
        var add = Reparameterize.AddDivergenceGradient<TPrior>;
        accelerator.LoadStreamKernel(add)(elements, encoded.View, prior.View, gates.View, twin.View, priorTwin.View, control.View, shape);
        Compare.Bits(latent.Read(), latentTwin.Read(), "z");
        Compare.Bits(divergence.Read(), divergenceTwin.Read(), "KL");
        Compare.Bits(gradient.Read(), twin.Read(), "gradient");
        Compare.Bits(priorGradient.Read(), priorTwin.Read(), "gradient of the prior");
    }

    private static void CheckForward(Accelerator accelerator, float[] encoded, LatentShape shape)
    {
        using var control = accelerator.Allocate1D(new[] { Control });
        using var input = new Guarded(accelerator, encoded);
        using var latent = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var divergence = new Guarded(accelerator, shape.Rows);
        var fused = Reparameterize.Forward<StandardPrior>;
        accelerator.LoadStreamKernel(fused)((shape.Rows, Group), input.View, default, latent.View, divergence.View, control.View, shape);

        using var latentTwin = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var terms = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var divergenceTwin = new Guarded(accelerator, shape.Rows);
        var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
        KernelConfig elementwise = new(Elementwise.GridFor(matrix, Group), new Index3D(Group, 1, 1));
        var sample = Reparameterize.Sample;
        accelerator.LoadStreamKernel(sample)(elementwise, input.View, latentTwin.View, control.View, shape);
        var diverge = Reparameterize.Divergence<StandardPrior>;
        accelerator.LoadStreamKernel(diverge)(elementwise, input.View, default, terms.View, shape);
        var sum = RowReduction.Run;
        accelerator.LoadStreamKernel(sum)((shape.Rows, Group), terms.View, divergenceTwin.View, matrix);

        float[] z = latent.Read(), kl = divergence.Read();
        Compare.Bits(z, latentTwin.Read(), "z");
        Compare.Bits(kl, divergenceTwin.Read(), "KL");
        Compare.Close(z, i => Mean(encoded, i, shape) + Math.Exp(0.5 * LogVariance(encoded, i, shape)) * Noise(i, shape), 1e-6, 1, "z");
        Compare.Close(kl, row => Enumerable.Range(row * shape.Columns, shape.Columns).Sum(i =>
        {
            double mean = Mean(encoded, i, shape), logVariance = LogVariance(encoded, i, shape);
            return 0.5 * (mean * mean + Reference.Expm1(logVariance) - logVariance);
        }), 1e-5, 1, "KL");
    }

    private static void CheckBackward(Accelerator accelerator, float[] encoded, float[] upstream, LatentShape shape)
    {
        using var control = accelerator.Allocate1D(new[] { Control });
        using var input = new Guarded(accelerator, encoded);
        using var latentGradient = new Guarded(accelerator, upstream);
        using var gradient = new Guarded(accelerator, encoded.Length);
        using var twin = new Guarded(accelerator, encoded.Length);
        using var gates = new Guarded(accelerator, [.. Enumerable.Repeat(1f, shape.Columns)]);
        var fused = Reparameterize.Backward<StandardPrior>;
        accelerator.LoadStreamKernel(fused)((shape.Rows, Group), input.View, default, gates.View, latentGradient.View, gradient.View,
            default, control.View, shape);
        KernelConfig elementwise =
            new(Elementwise.GridFor(new MatrixShape { Rows = shape.Rows, Columns = shape.Columns }, Group), new Index3D(Group, 1, 1));
        var sample = Reparameterize.SampleGradient;
        accelerator.LoadStreamKernel(sample)(elementwise, input.View, latentGradient.View, twin.View, control.View, shape);
        var diverge = Reparameterize.AddDivergenceGradient<StandardPrior>;
        accelerator.LoadStreamKernel(diverge)(elementwise, input.View, default, gates.View, twin.View, default, control.View, shape);

        float[] result = gradient.Read();
        Compare.Bits(result, twin.Read(), "gradient");
        double weight = (double)Control.DivergenceWeight / shape.Rows;
        Compare.Close(result, at =>
        {
            int i = at / (2 * shape.Columns) * shape.Columns + at % shape.Columns;
            if (at % (2 * shape.Columns) < shape.Columns)
                return upstream[i] + weight * Mean(encoded, i, shape);
            double raw = encoded[at], variance = Math.Exp(raw);
            return raw > 20 ? 0 : upstream[i] * Noise(i, shape) * 0.5 * Math.Sqrt(variance) + weight * 0.5 * (variance - 1);
        }, 1e-5, 0.1, "gradient");
    }

    private static double Mean(float[] encoded, int i, LatentShape shape) =>
        encoded[i / shape.Columns * 2 * shape.Columns + i % shape.Columns];

    private static double LogVariance(float[] encoded, int i, LatentShape shape) =>
        Math.Clamp(encoded[i / shape.Columns * 2 * shape.Columns + shape.Columns + i % shape.Columns], -30, 20);

    private static double Noise(int i, LatentShape shape)
    {
        RandomWords words = Philox.Draw(Control.Seed, shape.Purpose, (uint)Control.Step, (uint)i);
        return Philox.Normal(words.A, words.B);
    }
}
