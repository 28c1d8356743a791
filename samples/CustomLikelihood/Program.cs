using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Numerics;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

// Data around 0.3 with outliers: half of them as far away as 100.
var random = new Random(1);
float[] values = [.. Enumerable.Range(0, 2000).Select(i => i % 4 == 0 ? 100 * random.NextSingle() : 0.3f + 0.01f * random.NextSingle())];
var data = new TableSet(values, labels: null, columns: 1);

Likelihood cauchy = Likelihood.Of<Cauchy>("Cauchy");
using Backend device = Backend.Open("cpu");
foreach (Likelihood likelihood in (Likelihood[])[Likelihood.Gaussian, cauchy])
{
    using var model = new VaeModel(device.Accelerator, new ModelConfiguration
    {
        Width = 1, Height = 1, Hidden = [], Latent = 1, Likelihood = likelihood,
    });
    // With the KL term a hundredfold, the latent says nothing, and the decoder's bias is what the likelihood takes for the center.
    model.Train(data, new TrainingConfiguration { Epochs = 60, LearningRate = 0.02, Objective = new() { KlWeight = 100 } });
    Console.WriteLine($"{likelihood}: center {model.Decode([0f])[0]:F2}");
}

/// <summary>A Cauchy density of scale 1/10: −log p(x) = ln(1 + t²) + ln(π/10), t = 10·(x − μ); its median is μ; it has no mean.</summary>
internal struct Cauchy : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine);
    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float t = Bounds.Distance(10f * (x - outputs[0]));
        return Logarithm.Log1p(t * t) - 1.15785706f;
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float t = Bounds.Distance(10f * (x - outputs[0]));
        outputs[0] = -20f * t / (1f + t * t);
    }

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings)
    {
        float turns = 0.5f * Philox.UniformInside(words.A) - 0.25f;
        return outputs[0] + 0.1f * Turns.Sin(turns) / Turns.Cos(turns);
    }
}
