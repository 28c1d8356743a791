using VaeGpu.Kernels;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class ImportanceTests
{
    private const int Group = 16;
    private static readonly ControlBlock Control = new() { Seed = 21, Step = 4, LikelihoodWeight = 0.8f, DivergenceWeight = 1.7f };
    private static readonly LatentShape[] Shapes =
    [
        new() { Rows = 1, Columns = 1, Samples = 1, Purpose = RandomPurpose.Latent },
        new() { Rows = 3, Columns = 67, Samples = 3, Purpose = RandomPurpose.Latent },
        new() { Rows = 17, Columns = 5, Samples = 2, FirstSample = 6, Purpose = RandomPurpose.Evaluation },
    ];

    [EveryDevice]
    public void Ratios_are_log_p_less_log_q(TestDevice device) => device.Run(accelerator =>
    {
        foreach (LatentShape shape in Shapes)
        {
            Ratios<StandardPrior>(accelerator, shape);
            Ratios<MeanPrior>(accelerator, shape);
            Ratios<GaussianPrior>(accelerator, shape);
        }
        return true;
    });

    [EveryDevice]
    public void Draws_with_their_ratios_are_those_of_two_kernels_bit_for_bit(TestDevice device) => device.Run(accelerator =>
    {
        foreach (LatentShape shape in Shapes)
        {
            Draws<StandardPrior>(accelerator, shape);
            Draws<MeanPrior>(accelerator, shape);
            Draws<GaussianPrior>(accelerator, shape);
        }
        return true;
    });

    [EveryDevice]
    public void Gradients_are_those_of_the_weighted_ratios(TestDevice device) => device.Run(accelerator =>
    {
        foreach (LatentShape shape in Shapes)
        {
            Gradients<StandardPrior>(accelerator, shape);
            Gradients<MeanPrior>(accelerator, shape);
            Gradients<GaussianPrior>(accelerator, shape);
        }
        return true;
    });

    [EveryDevice]
    public void Weights_are_a_softmax_over_the_draws_of_a_row(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LatentShape shape in Shapes)
        {
            int draws = shape.Rows * shape.Samples;
            float[] loss = inputs.Normal(draws, 30), ratio = inputs.Normal(draws, 20);
            using Guarded losses = new(accelerator, loss), ratios = new(accelerator, ratio), weights = new(accelerator, draws);
            using var control = accelerator.Allocate1D(new[] { Control });
            var kernel = Importance.Weigh;
            accelerator.LoadStreamKernel(kernel)(Cover(shape.Rows), losses.View, ratios.View, weights.View, control.View, shape);
            double Log(int i) => (double)Control.DivergenceWeight * ratio[i] - (double)Control.LikelihoodWeight * loss[i];
            Compare.Close(weights.Read(), i =>
            {
                int start = i / shape.Samples * shape.Samples;
                return 1 / Enumerable.Range(start, shape.Samples).Sum(other => Math.Exp(Log(other) - Log(i)));
            }, 3e-5, 1e-3, "weights");
        }
        return true;
    });

    [EveryDevice]
    public void The_bound_is_the_logarithm_of_the_mean_of_the_weights_of_a_row(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LatentShape shape in Shapes)
        {
            int draws = shape.Rows * shape.Samples;
            float[] loss = inputs.Normal(draws, 300), ratio = inputs.Normal(draws, 20);
            using Guarded losses = new(accelerator, loss), ratios = new(accelerator, ratio), bounds = new(accelerator, shape.Rows);
            var kernel = Importance.Bound;
            accelerator.LoadStreamKernel(kernel)(Cover(shape.Rows), losses.View, ratios.View, bounds.View, shape, 0.8f, 1.7f);
            Compare.Close(bounds.Read(), row =>
            {
                double[] logs = [.. Enumerable.Range(row * shape.Samples, shape.Samples).Select(i => 1.7 * ratio[i] - 0.8 * loss[i])];
                return -(logs.Max() + Math.Log(logs.Average(log => Math.Exp(log - logs.Max()))));
            }, 3e-6, 30, "bounds");
        }
        return true;
    });

    [EveryDevice]
    public void Draws_are_scaled_by_their_weights_and_averaged_without(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (LatentShape shape in Shapes)
        {
            int draws = shape.Rows * shape.Samples;
            float[] start = inputs.Normal(draws * shape.Columns), weight = inputs.Uniform(draws), loss = inputs.Normal(draws);
            using Guarded values = new(accelerator, start), weights = new(accelerator, weight);
            using Guarded losses = new(accelerator, loss), means = new(accelerator, shape.Rows);
            var matrix = new MatrixShape { Rows = draws, Columns = shape.Columns };
            var scale = Importance.Scale;
            var mean = Importance.Mean;
            KernelConfig elements = new(Elementwise.GridFor(matrix, Group), new Index3D(Group, 1, 1));
            accelerator.LoadStreamKernel(scale)(elements, values.View, weights.View, matrix, shape.Samples);
            accelerator.LoadStreamKernel(mean)(Cover(shape.Rows), losses.View, means.View, shape);
            Compare.Close(values.Read(), i => (double)start[i] * shape.Samples * weight[i / shape.Columns], 1e-6, 1e-3, "scaled");
            Compare.Close(means.Read(), row =>
                loss.Skip(row * shape.Samples).Take(shape.Samples).Average(x => (double)x), 1e-6, 1, "means");
        }
        return true;
    });

    [EveryDevice]
    public void Evaluation_takes_in_any_number_of_draws(TestDevice device) => device.Run(accelerator =>
    {
        const int times = 3;
        var inputs = new Inputs();
        var kernel = Importance.Accumulate;
        foreach (LatentShape shape in Shapes)
        {
            int draws = shape.Rows * shape.Samples;
            using Guarded running = new(accelerator,
                [.. Enumerable.Repeat((float[])[float.NegativeInfinity, 0, 0, 0], shape.Rows).SelectMany(sums => sums)]);
            var logs = Enumerable.Range(0, shape.Rows).Select(_ => new List<double>()).ToArray();
            var lossSums = new double[shape.Rows];
            for (int time = 0; time < times; time++)
            {
                float[] loss = inputs.Normal(draws, 5), ratio = inputs.Normal(draws, 5);
                using Guarded losses = new(accelerator, loss), ratios = new(accelerator, ratio);
                accelerator.LoadStreamKernel(kernel)(Cover(shape.Rows), losses.View, ratios.View, running.View, shape);
                for (int i = 0; i < draws; i++)
                {
                    logs[i / shape.Samples].Add(ratio[i] - loss[i]);
                    lossSums[i / shape.Samples] += loss[i];
                }
            }
            Compare.Close(running.Read(), at =>
            {
                int row = at / Importance.RunningSums;
                double greatest = logs[row].Max();
                return (at % Importance.RunningSums) switch
                {
                    0 => greatest,
                    1 => logs[row].Sum(log => Math.Exp(log - greatest)),
                    2 => logs[row].Sum(log => Math.Exp(2 * (log - greatest))),
                    _ => lossSums[row],
                };
            }, 1e-5, 1, "running sums");
        }
        return true;
    });

    private static void Ratios<TPrior>(Accelerator accelerator, LatentShape shape) where TPrior : struct, IPrior
    {
        var given = new Given<TPrior>(shape);
        using Guarded encoded = new(accelerator, given.Encoded), prior = new(accelerator, given.Prior);
        using Guarded latent = new(accelerator, given.Latent);
        using Guarded ratios = new(accelerator, shape.Rows * shape.Samples);
        using var control = accelerator.Allocate1D(new[] { Control });
        var kernel = Importance.LogRatio<TPrior>;
        accelerator.LoadStreamKernel(kernel)((shape.Rows * shape.Samples, Group), encoded.View, prior.View, latent.View, ratios.View,
            control.View, shape);
        Compare.Close(ratios.Read(), draw => Enumerable.Range(0, shape.Columns).Sum(column =>
        {
            (int row, double noise, double distance) = given.At(draw, column);
            return 0.5 * (noise * noise - distance * distance + given.LogVariance(row, column) - given.PriorLogVariance(row, column));
        }), 1e-5, shape.Columns, $"{typeof(TPrior).Name}: ratios");
    }

    private static void Draws<TPrior>(Accelerator accelerator, LatentShape shape) where TPrior : struct, IPrior
    {
        var given = new Given<TPrior>(shape);
        int draws = shape.Rows * shape.Samples;
        using Guarded encoded = new(accelerator, given.Encoded), prior = new(accelerator, given.Prior);
        using Guarded latent = new(accelerator, draws * shape.Columns), ratios = new(accelerator, draws);
        using Guarded latentOfTwo = new(accelerator, draws * shape.Columns), ratiosOfTwo = new(accelerator, draws);
        using var control = accelerator.Allocate1D(new[] { Control });
        var fused = Importance.Draw<TPrior>;
        accelerator.LoadStreamKernel(fused)(
            (draws, Group), encoded.View, prior.View, latent.View, ratios.View, control.View, shape);
        var sample = Reparameterize.Sample;
        KernelConfig elements = (new Index3D(Launch.Groups(shape.Columns, Group), draws, 1), Group);
        accelerator.LoadStreamKernel(sample)(elements, encoded.View, latentOfTwo.View, control.View, shape);
        var logRatio = Importance.LogRatio<TPrior>;
        accelerator.LoadStreamKernel(logRatio)(
            (draws, Group), encoded.View, prior.View, latentOfTwo.View, ratiosOfTwo.View, control.View, shape);
        Compare.Bits(latent.Read(), latentOfTwo.Read(), "draws");
        Compare.Bits(ratios.Read(), ratiosOfTwo.Read(), "ratios");
    }

    private static void Gradients<TPrior>(Accelerator accelerator, LatentShape shape) where TPrior : struct, IPrior
    {
        var given = new Given<TPrior>(shape);
        int size = shape.Rows * shape.Columns;
        using Guarded encoded = new(accelerator, given.Encoded), prior = new(accelerator, given.Prior);
        using Guarded latent = new(accelerator, given.Latent);
        using Guarded weights = new(accelerator, given.Weights), upstream = new(accelerator, given.Upstream);
        using Guarded gradient = new(accelerator, 2 * size), priorGradient = new(accelerator, TPrior.Outputs * size);
        using var control = accelerator.Allocate1D(new[] { Control });
        var kernel = Importance.Backward<TPrior>;
        accelerator.LoadStreamKernel(kernel)((shape.Rows, Group), encoded.View, prior.View, latent.View, weights.View, upstream.View,
            gradient.View, priorGradient.View, control.View, shape);
        double ratioWeight = (double)Control.DivergenceWeight / shape.Rows;
        double Pull(int draw, int column)
        {
            (int row, _, double distance) = given.At(draw, column);
            return ratioWeight * given.Weights[draw] * distance / Math.Exp(given.PriorLogVariance(row, column) / 2);
        }
        // The terms of each sum: where they cancel, their errors stay.
        IEnumerable<double> GradientTerms(int at)
        {
            int row = at / (2 * shape.Columns), column = at % shape.Columns;
            var draws = Enumerable.Range(row * shape.Samples, shape.Samples);
            var ofDraws = draws.SelectMany(draw => (double[])[given.Upstream[draw * shape.Columns + column], Pull(draw, column)]);
            if (at % (2 * shape.Columns) < shape.Columns)
                return ofDraws;
            if (given.Encoded[at] > 20)
                return [];
            double half = 0.5 * Math.Exp(given.LogVariance(row, column) / 2);
            var noises = draws.SelectMany(draw => Enumerable.Repeat(given.At(draw, column).Noise, 2));
            return [.. ofDraws.Zip(noises, (term, noise) => half * term * noise), -0.5 * ratioWeight];
        }
        IEnumerable<double> PriorTerms(int at)
        {
            int width = TPrior.Outputs * shape.Columns, row = at / width, column = at % shape.Columns;
            var draws = Enumerable.Range(row * shape.Samples, shape.Samples);
            if (at % width < shape.Columns)
                return draws.Select(draw => -Pull(draw, column));
            if (given.Prior[at] < -30)
                return [];
            return draws.Select(draw => -0.5 * ratioWeight * given.Weights[draw] * Math.Pow(given.At(draw, column).Distance, 2))
                .Append(0.5 * ratioWeight);
        }
        Compare.Sums(gradient.Read(), GradientTerms, 2e-6, 1, $"{typeof(TPrior).Name}: gradient");
        Compare.Sums(priorGradient.Read(), PriorTerms, 2e-6, 1, $"{typeof(TPrior).Name}: gradient of the prior");
    }

    private static KernelConfig Cover(int count) => (Launch.Groups(count, Group), Group);

    /// <summary>
    /// Inputs, and what the formulas take from them in double precision. One log-variance of each kind lies beyond its bounds.
    /// </summary>
    private sealed class Given<TPrior> where TPrior : struct, IPrior
    {
        private readonly LatentShape shape;

        public Given(LatentShape shape)
        {
            this.shape = shape;
            var inputs = new Inputs();
            int size = shape.Rows * shape.Columns;
            Encoded = inputs.Normal(2 * size);
            Prior = inputs.Normal(TPrior.Outputs * size);
            Latent = inputs.Normal(shape.Samples * size);
            Upstream = inputs.Normal(shape.Samples * size);
            Weights = inputs.Uniform(shape.Rows * shape.Samples);
            for (int row = 0; row < shape.Rows; row++)
            {
                double sum = Weights.Skip(row * shape.Samples).Take(shape.Samples).Sum(weight => (double)weight);
                for (int i = row * shape.Samples; i < (row + 1) * shape.Samples; i++)
                    Weights[i] = (float)(Weights[i] / sum);
            }
            if (shape.Rows > 1)
                Encoded[shape.Columns] = 33;
            if (TPrior.Outputs == 2 && shape.Rows > 1)
                (Prior[0], Prior[shape.Columns], Latent[0]) = (0, -33, 3e-7f);
        }

        public float[] Encoded { get; }
        public float[] Prior { get; }
        public float[] Latent { get; }
        public float[] Upstream { get; }
        public float[] Weights { get; }

        public double LogVariance(int row, int column) =>
            Math.Clamp(Encoded[row * 2 * shape.Columns + shape.Columns + column], -30, 20);

        public double PriorLogVariance(int row, int column) =>
            TPrior.Outputs < 2 ? 0 : Math.Clamp(Prior[row * 2 * shape.Columns + shape.Columns + column], -30, 20);

        /// <summary>The row of a draw, its ε, and (z − μ_p)/σ_p.</summary>
        public (int Row, double Noise, double Distance) At(int draw, int column)
        {
            int row = draw / shape.Samples;
            var counter = new RandomWords
            {
                A = (uint)(row * shape.Columns + column), B = (uint)Control.Step, C = (uint)(shape.FirstSample + draw % shape.Samples),
            };
            RandomWords words = Philox.Block(counter, Control.Seed, shape.Purpose);
            double mean = TPrior.Outputs == 0 ? 0 : Prior[row * TPrior.Outputs * shape.Columns + column];
            double distance = (Latent[draw * shape.Columns + column] - mean) / Math.Exp(PriorLogVariance(row, column) / 2);
            return (row, Philox.Normal(words.A, words.B), distance);
        }
    }
}
