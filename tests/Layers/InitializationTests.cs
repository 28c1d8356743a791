using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Tests.Kernels;

namespace VaeGpu.Tests.Layers;

public class InitializationTests
{
    private const int FanIn = 300, FanOut = 200;
    private static readonly Dictionary<Initialization, (string Device, float[] Values)> Reference = [];

    [TestCase("pytorch", "relu", 1.0 / 3 / FanIn, true)]
    [TestCase("glorot-uniform", "relu", 2.0 / (FanIn + FanOut), true)]
    [TestCase("glorot-normal", "relu", 2.0 / (FanIn + FanOut), false)]
    [TestCase("he-uniform", "relu", 2.0 / FanIn, true)]
    [TestCase("he-normal", "relu", 2.0 / FanIn, false)]
    [TestCase("he-normal", "identity", 1.0 / FanIn, false)]
    [TestCase("lecun-normal", "relu", 1.0 / FanIn, false)]
    [TestCase("orthogonal", "relu", 2.0 / FanIn, false)]
    public void Weights_have_the_variance_of_their_name_and_biases_are_zero(
        string name, string activation, double variance, bool bounded)
    {
        Initialization initialization = Initialization.Named(name);
        using var backend = Backend.Open("cpu", 1);
        (float[] weights, float[] biases) = First(backend.Accelerator, initialization, Activation.Named(activation), FanIn, FanOut);
        double measured = weights.Average(weight => (double)weight * weight);
        Assert.Multiple(() =>
        {
            // The mean square of 60,000 normal draws deviates by √(2/60,000), 0.6 %; that of uniform ones by less.
            Assert.That(measured, Is.EqualTo(variance).Within(0.025 * variance));
            Assert.That(weights.Average(weight => (double)weight), Is.EqualTo(0).Within(5 * Math.Sqrt(variance / weights.Length)));
            Assert.That(weights.Max(Math.Abs) <= Math.Sqrt(3 * variance) * 1.0001, Is.EqualTo(bounded));
            if (initialization == Initialization.Pytorch)
                Assert.That(biases.Average(bias => (double)bias * bias), Is.EqualTo(1.0 / 3 / FanIn).Within(0.25 / FanIn));
            else
                Assert.That(biases, Is.All.Zero);
        });
    }

    [TestCase(40, 17)]
    [TestCase(17, 40)]
    [TestCase(33, 33)]
    [TestCase(5, 1)]
    public void Orthogonal_values_are_orthogonal_and_as_long_as_the_gain(int rows, int columns)
    {
        using var backend = Backend.Open("cpu", 1);
        float[] weights = First(backend.Accelerator, Initialization.Orthogonal, Activation.Tanh, rows, columns).Weights;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double Element(int vector, int i) => rows > columns ? weights[i * columns + vector] : weights[vector * columns + i];
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b < count; b++)
            {
                double product = Enumerable.Range(0, length).Sum(i => Element(a, i) * Element(b, i));
                Assert.That(product, Is.EqualTo(a == b ? 25.0 / 9 : 0).Within(1e-6), $"{a}·{b}");
            }
        }
    }

    /// <summary>A QR decomposition without its signs would give the same sign each time.</summary>
    [Test]
    public void All_orthogonal_values_are_equally_likely()
    {
        using var backend = Backend.Open("cpu", 1);
        float[] corners = [.. Enumerable.Range(1, 200).Select(seed =>
            First(backend.Accelerator, Initialization.Orthogonal, Activation.Identity, 2, 2, (uint)seed).Weights[0])];
        // The first element is the cosine of an even angle: mean 0, mean square ½.
        Assert.Multiple(() =>
        {
            Assert.That(corners.Average(), Is.EqualTo(0).Within(0.2));
            Assert.That(corners.Average(x => x * x), Is.EqualTo(0.5).Within(0.1));
        });
    }

    [EveryDevice]
    public void First_values_are_the_same_on_every_device(TestDevice device) => device.Run(accelerator =>
    {
        foreach (Initialization initialization in Initialization.All)
        {
            float[] values = First(accelerator, initialization, Activation.Relu, 37, 21).Weights;
            lock (Reference)
            {
                Reference.TryAdd(initialization, (device.ToString(), values));
                Compare.Bits(values, Reference[initialization].Values,
                    $"{initialization} on {device} and on {Reference[initialization].Device}");
            }
        }
        return true;
    });

    private static (float[] Weights, float[] Biases) First(
        Accelerator accelerator, Initialization initialization, Activation activation, int inputs, int outputs, uint seed = 3)
    {
        var layout = new ParameterLayout(initialization);
        ParameterSlice weight = layout.AddWeights("layer", inputs, outputs, inputs, outputs, activation);
        ParameterSlice bias = layout.AddBiases("layer", outputs, inputs);
        using var arena = new ParameterArena(accelerator, layout);
        arena.Initialize(new StepLauncher(accelerator), seed);
        float[] weights = new float[weight.Length], biases = new float[bias.Length];
        weight.Values.CopyToCPU(weights);
        bias.Values.CopyToCPU(biases);
        return (weights, biases);
    }
}
