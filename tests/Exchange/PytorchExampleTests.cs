using System.Runtime.InteropServices;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Exchange;

namespace VaeGpu.Tests.Exchange;

/// <summary>The VAE of PyTorch's examples as a state dict: fc1, fc21, fc22, fc3 and fc4.</summary>
public sealed class PytorchExampleTests
{
    private const int Side = 5, Pixels = Side * Side, Hidden = 11, Latent = 3, Images = 7;
    private const uint Seed = 9;
    private static readonly Backend Cpu = Backend.Open("cpu", 1);

    private static readonly (string Name, int Outputs, int Inputs)[] Layers =
        [("fc1", Hidden, Pixels), ("fc21", Latent, Hidden), ("fc22", Latent, Hidden), ("fc3", Hidden, Latent), ("fc4", Pixels, Hidden)];

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    [Test]
    public void Its_ELBO_is_that_of_a_computation_in_float64()
    {
        using var scratch = new ScratchFolder();
        var tensors = Tensors();
        ImportedModel model = ModelImport.Read(Cpu.Accelerator, scratch.Put("vae.safetensors", StateDict.Of(tensors)));
        var random = new Random(2);
        byte[] pixels = [.. Enumerable.Range(0, Images * Pixels).Select(_ => (byte)random.Next(256))];
        var evaluator = new Evaluator(Cpu.Accelerator, model.Configuration.Model, model.Parameters);
        double elbo = evaluator.Evaluate(new ImageSet(pixels, null, Side, Side), samples: 1, Seed, null, default).Elbo!.Value;
        double expected = Enumerable.Range(0, Images).Average(image => Elbo(tensors, pixels, image));
        TestContext.Out.WriteLine($"{elbo} and {expected}");
        Assert.That(elbo, Is.EqualTo(expected).Within(1e-5 * Math.Abs(expected)));
    }

    [Test]
    public void Numbers_of_other_types_are_converted_and_that_is_said()
    {
        using var scratch = new ScratchFolder();
        var tensors = Tensors();
        float[] expected = ModelImport.Read(Cpu.Accelerator, scratch.Put("single", StateDict.Of(tensors))).Parameters;
        foreach (var (type, bytes, tolerance) in ((string, Func<float, byte[]>, double)[])
        [
            ("F64", value => BitConverter.GetBytes((double)value), 0),
            ("F16", value => BitConverter.GetBytes((System.Half)value), 1.0 / 2048),
            ("BF16", value => BitConverter.GetBytes(value)[2..], 1.0 / 128),
        ])
        {
            byte[] file = StateDict.Of(
                [.. tensors.Select(tensor => (tensor.Name, type, tensor.Shape, tensor.Values.SelectMany(bytes).ToArray()))]);
            ImportedModel model = ModelImport.Read(Cpu.Accelerator, scratch.Put(type, file));
            Assert.That(model.Notes, Is.EqualTo(new[] { $"10 tensors of type {type} were converted to float32" }).AsCollection
                .Or.EqualTo(new[] { $"8 tensors of type {type} were converted to float32" }));
            Compare.Close(model.Parameters, i => expected[i], tolerance, scale: 1e-4, type);
        }
    }

    [Test]
    public void Pictures_that_are_not_square_ask_for_a_run_of_such_a_model()
    {
        using var scratch = new ScratchFolder();
        var tensors = Array.ConvertAll(Tensors(), tensor => tensor.Name is "fc1.weight" or "fc4.weight" or "fc4.bias"
            ? (tensor.Name, [.. tensor.Shape.Select(side => side == Pixels ? Pixels - 1 : side)],
                tensor.Values[..(tensor.Values.Length / Pixels * (Pixels - 1))])
            : tensor);
        string path = scratch.Put("vae.safetensors", StateDict.Of(tensors));
        Assert.That(
            () => ModelImport.Read(Cpu.Accelerator, path),
            Throws.TypeOf<VaeGpu.Training.RunException>().With.Message.Contains("name a run of such a model with --like"));
    }

    private static (string Name, int[] Shape, float[] Values)[] Tensors()
    {
        var random = new Random(4);
        return
        [
            .. Layers.SelectMany(layer => ((string, int[], float[])[])
            [
                ($"{layer.Name}.weight", [layer.Outputs, layer.Inputs], Draws(layer.Outputs * layer.Inputs)),
                ($"{layer.Name}.bias", [layer.Outputs], Draws(layer.Outputs)),
            ]),
        ];

        float[] Draws(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>−(cross-entropy + KL) of an image as PyTorch's example computes it, for the noise that the evaluation draws.</summary>
    private static double Elbo((string Name, int[] Shape, float[] Values)[] tensors, byte[] pixels, int image)
    {
        double[] x = [.. pixels.Skip(image * Pixels).Take(Pixels).Select(level => (double)(level / 255f))];
        double[] hidden = [.. Linear("fc1", x).Select(value => Math.Max(0, value))];
        double[] means = Linear("fc21", hidden), logVariances = Linear("fc22", hidden);
        double[] z = [.. means.Select((mean, i) => mean + Math.Exp(0.5 * logVariances[i]) * Noise(image * Latent + i))];
        double[] logits = Linear("fc4", [.. Linear("fc3", z).Select(value => Math.Max(0, value))]);
        double crossEntropy = logits.Select((logit, i) => Math.Log(1 + Math.Exp(logit)) - x[i] * logit).Sum();
        double divergence = -0.5 * means.Select((mean, i) => 1 + logVariances[i] - mean * mean - Math.Exp(logVariances[i])).Sum();
        return -crossEntropy - divergence;

        double[] Linear(string name, double[] input)
        {
            float[] weights = tensors.First(tensor => tensor.Name == $"{name}.weight").Values;
            return
            [
                .. tensors.First(tensor => tensor.Name == $"{name}.bias").Values
                    .Select((bias, j) => bias + input.Select((value, i) => value * weights[j * input.Length + i]).Sum()),
            ];
        }
    }

    private static double Noise(int element)
    {
        RandomWords words = Philox.Block(new RandomWords { A = (uint)element, B = 1 }, Seed, RandomPurpose.Evaluation);
        return Philox.Normal(words.A, words.B);
    }
}
