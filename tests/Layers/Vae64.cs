using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Layers;

/// <summary>The whole model's objective in double precision, written from the definitions: what central differences are taken of.</summary>
internal sealed class Vae64(
    VaeShape shape, ParameterLayout layout, ControlBlock control, Func<double, double[], double> negativeLog, int[]? labels = null)
{
    private readonly Activation activation = shape.Activation;

    /// <summary>The objective of a batch at the given parameters.</summary>
    public double Objective(double[] parameters, float[] data, int rows)
    {
        var all = Enumerable.Range(0, rows).Select(row => Row(parameters, data, row)).ToArray();
        double reconstruction = all.Average(row => row.Losses.Average());
        return shape.Objective.Name switch
        {
            "elbo" => control.LikelihoodWeight * reconstruction + control.DivergenceWeight
                * Enumerable.Range(0, shape.LatentDimensions).Sum(i => Math.Max(shape.FreeBits, all.Average(row => row.Divergences[i]))),
            "monte-carlo-elbo" =>
                control.LikelihoodWeight * reconstruction - control.DivergenceWeight * all.Average(row => row.Ratios.Average()),
            "iwae" => -all.Average(row => Math.Log(row.Losses.Zip(row.Ratios).Average(draw =>
                Math.Exp(control.DivergenceWeight * draw.Second - control.LikelihoodWeight * draw.First)))),
            _ => throw new NotSupportedException($"Write the objective {shape.Objective} in double precision here."),
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
        double[] encoded = Encode(parameters, x, y);
        double[] prior = PriorOf(parameters, y);
        double[] divergences = [.. Enumerable.Range(0, d).Select(i => 0.5 * (Math.Exp(encoded[d + i] - prior[d + i])
            + Math.Pow(encoded[i] - prior[i], 2) / Math.Exp(prior[d + i]) - 1 - encoded[d + i] + prior[d + i]))];
        double[] losses = new double[shape.Samples], ratios = new double[shape.Samples];
        for (int draw = 0; draw < shape.Samples; draw++)
        {
            double[] noise = [.. Enumerable.Range(0, d).Select(i => Noise(row * d + i, draw))];
            double[] z = [.. noise.Select((e, i) => encoded[i] + Math.Exp(encoded[d + i] / 2) * e)];
            double[] outputs = Decode(parameters, [.. z, .. y]);
            int n = shape.Numbers, logits = outputs.Length - shape.Categories.Sum(), kinds = n == 0 ? 0 : logits / n;
            losses[draw] = x[..n].Select((value, i) =>
                negativeLog(value, [.. Enumerable.Range(0, kinds).Select(k => outputs[k * n + i])])).Sum()
                + CategoricalColumnChecks.NegativeLog(shape.Categories, x[n..], outputs[logits..]);
            ratios[draw] = Enumerable.Range(0, d).Sum(i =>
                LogNormal(z[i], prior[i], prior[d + i]) - LogNormal(z[i], encoded[i], encoded[d + i]));
        }
        return (losses, divergences, ratios);
    }

    /// <summary>[μ_p | log σ_p²].</summary>
    private double[] PriorOf(double[] parameters, double[] y) => shape.Prior.Name switch
    {
        "standard" => new double[2 * shape.LatentDimensions],
        "conditional" => [.. Linear(parameters, "prior", 0, 1, y, endsActivated: false), .. new double[shape.LatentDimensions]],
        "network" => Linear(parameters, "prior", 0, 2, y, endsActivated: false),
        _ => throw new NotSupportedException($"Write the prior {shape.Prior} in double precision here."),
    };

    private double Noise(int element, int draw)
    {
        var counter = new RandomWords { A = (uint)element, B = (uint)control.Step, C = (uint)draw };
        RandomWords words = Philox.Block(counter, control.Seed, RandomPurpose.Latent);
        return Philox.Normal(words.A, words.B);
    }

    private static double LogNormal(double z, double mean, double logVariance) =>
        -0.5 * (Math.Log(2 * Math.PI) + logVariance + Math.Pow(z - mean, 2) / Math.Exp(logVariance));

    private double[] Encode(double[] parameters, double[] x, double[] labels)
    {
        var convolutional = shape.Layers as ConvolutionalLayers;
        int layer = 0, channels = convolutional?.Image.Colors ?? 0;
        if (shape.Symbols > 0)
            x = [.. x.SelectMany(value => Enumerable.Range(0, shape.Symbols).Select(k => k == (int)Math.Round(255 * value) ? 1.0 : 0))];
        if (shape.Categories.Count > 0)
            x = [.. x[..shape.Numbers], .. x[shape.Numbers..].SelectMany((code, column) =>
                Enumerable.Range(0, shape.Categories[column]).Select(k => k == code ? 1.0 : 0))];
        // From planes to the colors of each pixel.
        if (channels > 1)
            x = [.. Enumerable.Range(0, x.Length).Select(i => x[i % channels * (x.Length / channels) + i / channels])];
        foreach (int width in convolutional?.Encoder ?? [])
        {
            ConvShape level = convolutional!.Image.Level(layer, channels, width);
            double[] biases = Biases(parameters, $"encoder.{layer}");
            var y = new double[level.Coarse.Length];
            for (int i = 0; i < y.Length; i++)
                y[i] = biases[i % width];
            int weights = Slice($"encoder.{layer}.weight").Offset;
            foreach ((int fine, int weight, int coarse, _) in ConvReference.Terms(level with { Images = 1 }))
                y[coarse] += x[fine] * parameters[weights + weight];
            (x, channels) = (Array.ConvertAll(y, Activate), width);
            layer++;
        }
        return Linear(
            parameters, "encoder", layer, (convolutional?.Image.Dense ?? ((LinearLayers)shape.Layers).Encoder).Count + 1, [.. x, .. labels],
            endsActivated: false);
    }

    private double[] Decode(double[] parameters, double[] z)
    {
        if (shape.Layers is not ConvolutionalLayers(var image, _, var widths))
            return Linear(parameters, "decoder", 0, shape.Layers.DecoderLinear.Count + 1, z, endsActivated: false);
        int levels = widths.Count, layer = image.Dense.Count + 1;
        double[] y = Linear(parameters, "decoder", 0, layer, z, endsActivated: true);
        for (int i = 0; i < levels; i++, layer++)
        {
            double[] biases = Biases(parameters, $"decoder.{layer}");
            ConvShape level = image.Level(levels - 1 - i, biases.Length, widths[i]);
            var x = new double[level.Fine.Length];
            for (int j = 0; j < x.Length; j++)
                x[j] = biases[j % biases.Length];
            int weights = Slice($"decoder.{layer}.weight").Offset;
            foreach ((int fine, int weight, int coarse, _) in ConvReference.Terms(level with { Images = 1 }))
                x[fine] += y[coarse] * parameters[weights + weight];
            y = i == levels - 1 ? x : Array.ConvertAll(x, Activate);
        }
        // From the outputs and colors of each pixel to planes.
        int pixels = image.Height * image.Width;
        return [.. Enumerable.Range(0, y.Length).Select(i => y[i % pixels * (y.Length / pixels) + i / pixels])];
    }

    private double[] Linear(double[] parameters, string name, int first, int count, double[] input, bool endsActivated)
    {
        for (int layer = first; layer < first + count; layer++)
        {
            ParameterSlice weight = Slice($"{name}.{layer}.weight");
            double[] output = Biases(parameters, $"{name}.{layer}");
            for (int j = 0; j < output.Length; j++)
            {
                for (int i = 0; i < input.Length; i++)
                    output[j] += input[i] * parameters[weight.Offset + i * weight.Columns + j];
            }
            bool last = layer == first + count - 1;
            input = last && !endsActivated ? output : Array.ConvertAll(output, Activate);
        }
        return input;
    }

    private double Activate(double x) => Activations64.Apply(activation, x);

    private ParameterSlice Slice(string name) => layout.Slices.Single(slice => slice.Name == name);

    private double[] Biases(double[] parameters, string layer)
    {
        ParameterSlice bias = Slice($"{layer}.bias");
        return parameters[bias.Offset..(bias.Offset + bias.Length)];
    }
}
