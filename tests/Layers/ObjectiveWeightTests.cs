using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Kernels;

namespace VaeGpu.Tests.Layers;

/// <summary>What the factors of the two terms do to the gradient, for every bound and prior.</summary>
public sealed class ObjectiveWeightTests
{
    private const int Rows = 5, DataDimensions = 7;
    private static readonly string[] Networks = ["encoder", "decoder", "prior"];

    [EveryDevice]
    public void Beta_on_the_KL_and_its_inverse_on_the_reconstruction_are_one_objective_at_two_scales(TestDevice device) =>
        Check(device, shape => !shape.Objective.WeighsDraws, gradientOf =>
        {
            var higgins = gradientOf(1, 4, null);
            var other = gradientOf(0.25f, 1, null);
            foreach (string network in Networks)
                Compare.Bits(higgins[network], Array.ConvertAll(other[network], value => 4 * value), network);
        });

    [EveryDevice]
    public void Without_the_KL_nothing_depends_on_the_prior(TestDevice device) => Check(device, _ => true, gradientOf =>
    {
        var gradient = gradientOf(1, 0, null);
        Assert.That(gradient["prior"], Is.All.Zero);
        Assert.That(gradient["encoder"], Has.Some.Not.Zero);
        Assert.That(gradientOf(1, 0, "prior"), Is.EqualTo(gradient));
    });

    [EveryDevice]
    public void Without_the_reconstruction_nothing_depends_on_the_decoder(TestDevice device) => Check(device, _ => true, gradientOf =>
    {
        var gradient = gradientOf(0, 1, null);
        Assert.That(gradient["decoder"], Is.All.Zero);
        Assert.That(gradient["encoder"], Has.Some.Not.Zero);
        Assert.That(gradientOf(0, 1, "decoder"), Is.EqualTo(gradient));
    });

    /// <summary>
    /// Hands <paramref name="check"/> the gradient of each shape, by network, as a function of both factors and of a network whose
    /// parameters are to be others.
    /// </summary>
    private static void Check(
        TestDevice device, Func<VaeShape, bool> chosen, Action<Func<float, float, string?, Dictionary<string, float[]>>> check) =>
        device.Run(accelerator =>
        {
            float[] data = new Inputs().Uniform(Rows * DataDimensions);
            foreach (VaeShape shape in Shapes().Where(chosen))
            {
                TestContext.Out.WriteLine($"{shape.Objective}, {shape.Prior}");
                check((reconstruction, divergence, moved) => Gradient(accelerator, shape, data, reconstruction, divergence, moved));
            }
            return true;
        });

    private static IEnumerable<VaeShape> Shapes() =>
        from objective in Objective.All
        from prior in Prior.All
        select new VaeShape
        {
            DataDimensions = DataDimensions,
            LatentDimensions = 3,
            Layers = new LinearLayers([5], [6]),
            Activation = Activation.Tanh,
            Likelihood = Likelihood.Bernoulli,
            Classes = 2,
            Prior = prior,
            Objective = objective,
            Samples = 2,
        };

    private static Dictionary<string, float[]> Gradient(
        Accelerator accelerator, VaeShape shape, float[] data, float reconstruction, float divergence, string? moved)
    {
        using var vae = new Vae(accelerator, shape, Rows);
        ParameterArena arena = vae.Parameters;
        ParameterSlice[] Of(string? network) => [.. arena.Layout.Slices.Where(slice => slice.Name.Split('.')[0] == network)];
        arena.Initialize(new StepLauncher(accelerator), 7);
        foreach (ParameterSlice slice in Of(moved))
            slice.Values.CopyFromCPU([.. Enumerable.Range(0, slice.Length).Select(i => MathF.Sin(i))]);
        arena.Gradients.CopyFromCPU([.. Enumerable.Repeat(float.NaN, arena.Layout.Length)]);
        vae.Labels.CopyFromCPU([.. Enumerable.Range(0, Rows).SelectMany(i => i % 2 == 0 ? new[] { 1f, 0 } : [0, 1])]);
        using var batch = new Guarded(accelerator, data);
        using var control = accelerator.Allocate1D(new[]
        {
            new ControlBlock { Seed = 21, Step = 3, LikelihoodWeight = reconstruction, DivergenceWeight = divergence },
        });
        vae.Forward(batch.View, new(control.View, Rows));
        vae.Backward(batch.View, new(control.View, Rows));
        float[] gradient = new float[arena.Layout.Length];
        arena.Gradients.CopyToCPU(gradient);
        return Networks.ToDictionary(network => network, network => (float[])
            [.. Of(network).SelectMany(slice => gradient.AsSpan(slice.Offset, slice.Length).ToArray())]);
    }
}
