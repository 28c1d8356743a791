using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Tests.Kernels;

namespace VaeGpu.Tests.Layers;

/// <summary>The whole model's objective in double precision, written from the definitions: what central differences are taken of.</summary>
internal sealed class Vae64(VaeShape shape, ParameterLayout layout, ControlBlock control, Func<double, double[], double> negativeLog)
{
    /// <summary>The objective of a batch at the given parameters.</summary>
    public double Objective(double[] parameters, float[] data, int rows) =>
        Enumerable.Range(0, rows).Sum(row => RowObjective(parameters, data, row)) / rows;

    /// <summary>−log p(x∣z) and KL of one row.</summary>
    public (double NegativeLog, double Divergence) RowTerms(double[] parameters, float[] data, int row)
    {
        int d = shape.LatentDimensions;
        double[] x = [.. data.Skip(row * shape.DataDimensions).Take(shape.DataDimensions).Select(v => (double)v)];
        double[] encoded = Mlp(parameters, "encoder", shape.EncoderWidths.Count + 1, x);
        var z = new double[d];
        double divergence = 0;
        for (int i = 0; i < d; i++)
        {
            RandomWords words = Philox.Draw(control.Seed, RandomPurpose.Latent, (uint)control.Step, (uint)(row * d + i));
            double mean = encoded[i], logVariance = encoded[d + i];
            z[i] = mean + Math.Exp(logVariance / 2) * Philox.Normal(words.A, words.B);
            divergence += 0.5 * (mean * mean + Math.Exp(logVariance) - logVariance - 1);
        }
        double[] outputs = Mlp(parameters, "decoder", shape.DecoderWidths.Count + 1, z);
        int kinds = outputs.Length / x.Length;
        return (x.Select((value, i) => negativeLog(value, [.. Enumerable.Range(0, kinds).Select(k => outputs[k * x.Length + i])])).Sum(),
            divergence);
    }

    private double RowObjective(double[] parameters, float[] data, int row)
    {
        (double negativeLog, double divergence) = RowTerms(parameters, data, row);
        return control.LikelihoodWeight * negativeLog + control.DivergenceWeight * divergence;
    }

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
