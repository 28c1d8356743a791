using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Tests.Kernels;

namespace VaeGpu.Tests.Layers;

/// <summary>The whole model's objective in double precision, written from the definitions: what central differences are taken of.</summary>
internal sealed class Vae64(
    VaeShape shape, ParameterLayout layout, ControlBlock control, Func<double, double[], double> negativeLog, int[]? labels = null)
{
    /// <summary>The objective of a batch at the given parameters.</summary>
    public double Objective(double[] parameters, float[] data, int rows)
    {
        var all = Enumerable.Range(0, rows).Select(row => Row(parameters, data, row)).ToArray();
        double reconstruction = all.Average(row => row.Losses.Average());
        return shape.Objective switch
        {
            VaeGpu.Layers.Objective.Elbo => control.LikelihoodWeight * reconstruction + control.DivergenceWeight
                * Enumerable.Range(0, shape.LatentDimensions).Sum(i => Math.Max(shape.FreeBits, all.Average(row => row.Divergences[i]))),
            VaeGpu.Layers.Objective.MonteCarloElbo =>
                control.LikelihoodWeight * reconstruction - control.DivergenceWeight * all.Average(row => row.Ratios.Average()),
            _ => -all.Average(row => Math.Log(row.Losses.Zip(row.Ratios).Average(draw =>
                Math.Exp(control.DivergenceWeight * draw.Second - control.LikelihoodWeight * draw.First)))),
        };
    }

    /// <summary>−log p(x∣z), the mean over the draws, and KL of one row.</summary>
    public (double NegativeLog, double Divergence) RowTerms(double[] parameters, float[] data, int row)
    {
        var (losses, divergences, _) = Row(parameters, data, row);
        return (losses.Average(), divergences.Sum());
    }

    /// <summary>Of one row: −log p(x∣z) of each draw, KL of each dimension, log p(z) − log q(z∣x) of each draw.</summary>
    private (double[] Losses, double[] Divergences, double[] Ratios) Row(double[] parameters, float[] data, int row)
    {
        int d = shape.LatentDimensions;
        double[] x = [.. data.Skip(row * shape.DataDimensions).Take(shape.DataDimensions).Select(v => (double)v)];
        double[] y = [.. Enumerable.Range(0, shape.Classes).Select(c => labels![row] == c ? 1.0 : 0)];
        double[] encoded = Mlp(parameters, "encoder", shape.EncoderWidths.Count + 1, [.. x, .. y]);
        double[] prior = PriorOf(parameters, y);
        double[] divergences = [.. Enumerable.Range(0, d).Select(i => 0.5 * (Math.Exp(encoded[d + i] - prior[d + i])
            + Math.Pow(encoded[i] - prior[i], 2) / Math.Exp(prior[d + i]) - 1 - encoded[d + i] + prior[d + i]))];
        double[] losses = new double[shape.Samples], ratios = new double[shape.Samples];
        for (int draw = 0; draw < shape.Samples; draw++)
        {
            double[] noise = [.. Enumerable.Range(0, d).Select(i => Noise(row * d + i, draw))];
            double[] z = [.. noise.Select((e, i) => encoded[i] + Math.Exp(encoded[d + i] / 2) * e)];
            double[] outputs = Mlp(parameters, "decoder", shape.DecoderWidths.Count + 1, [.. z, .. y]);
            int kinds = outputs.Length / x.Length;
            losses[draw] = x.Select((value, i) =>
                negativeLog(value, [.. Enumerable.Range(0, kinds).Select(k => outputs[k * x.Length + i])])).Sum();
            ratios[draw] = Enumerable.Range(0, d).Sum(i =>
                LogNormal(z[i], prior[i], prior[d + i]) - LogNormal(z[i], encoded[i], encoded[d + i]));
        }
        return (losses, divergences, ratios);
    }

    /// <summary>[μ_p | log σ_p²].</summary>
    private double[] PriorOf(double[] parameters, double[] y) => shape.Prior switch
    {
        Prior.Standard => new double[2 * shape.LatentDimensions],
        Prior.Conditional => [.. Mlp(parameters, "prior", 1, y), .. new double[shape.LatentDimensions]],
        _ => Mlp(parameters, "prior", 2, y),
    };

    private double Noise(int element, int draw)
    {
        var counter = new RandomWords { A = (uint)element, B = (uint)control.Step, C = (uint)draw };
        RandomWords words = Philox.Block(counter, control.Seed, RandomPurpose.Latent);
        return Philox.Normal(words.A, words.B);
    }

    private static double LogNormal(double z, double mean, double logVariance) =>
        -0.5 * (Math.Log(2 * Math.PI) + logVariance + Math.Pow(z - mean, 2) / Math.Exp(logVariance));

    private double[] Mlp(double[] parameters, string name, int layers, double[] input)
    {
        Type activation = typeof(IActivation).Assembly.GetType($"VaeGpu.Kernels.{shape.Activation}")!;
        for (int layer = 0; layer < layers; layer++)
        {
            ParameterSlice weight = layout.Slices.Single(s => s.Name == $"{name}.{layer}.weight");
            ParameterSlice bias = layout.Slices.Single(s => s.Name == $"{name}.{layer}.bias");
            var output = new double[weight.Columns];
            for (int j = 0; j < output.Length; j++)
            {
                double sum = parameters[bias.Offset + j];
                for (int i = 0; i < input.Length; i++)
                    sum += input[i] * parameters[weight.Offset + i * weight.Columns + j];
                output[j] = layer == layers - 1 ? sum : Activations64.Apply(activation, sum);
            }
            input = output;
        }
        return input;
    }
}
