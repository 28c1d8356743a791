using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Layers;

/// <summary>The whole model with convolutions; <see cref="VaeTests"/> for those without.</summary>
public class ConvVaeTests
{
    private static readonly Dictionary<int, (string Device, float[] Parameters, MetricSums Sums)> First = [];

    private static ReferenceLikelihood Reference(Likelihood likelihood) => ReferenceLikelihoods.Of(likelihood);

    private static VaeShape Shape(
        Activation activation, Likelihood likelihood, ConvolutionalShape image, int[] encoder, int[] decoder) => new()
    {
        DataDimensions = image.Height * image.Width * image.Colors,
        LatentDimensions = 3,
        Layers = new ConvolutionalLayers(image, [.. encoder], [.. decoder]),
        Activation = activation,
        Initialization = Initialization.GlorotNormal,
        Likelihood = likelihood,
        LikelihoodSettings = likelihood.Settings(Reference(likelihood).Options),
    };

    [EveryDevice]
    public void Gradients_are_the_central_differences_of_the_objective(TestDevice device) => device.Run(accelerator =>
    {
        // With and without unfolding, sizes that the stride does not divide, linear layers between, several outputs and colors.
        Check(accelerator, Shape(Activation.Tanh, Likelihood.Bernoulli, new(6, 7) { Dense = [5] }, [9, 4], [4, 9]));
        Check(accelerator, Shape(Activation.Gelu, Likelihood.Gaussian, new(5, 4) { Kernel = 3 }, [3, 9], [17]));
        Check(accelerator,
            Shape(Activation.Softplus, Likelihood.Mixture, new(4, 3, 2) { Kernel = 2, Stride = 1, Padding = 0 }, [2], [5, 8]));
        return true;
    });

    [EveryDevice]
    public void Gradients_are_central_differences_where_there_are_labels(TestDevice device) => device.Run(accelerator =>
    {
        // The label stands behind the convolutions: their gradient passes it, through an activation of either kind.
        VaeShape plain = Shape(Activation.Gelu, Likelihood.Bernoulli, new(5, 4) { Kernel = 3, Dense = [6] }, [9, 3], [3, 9]);
        foreach (Prior prior in Prior.All)
            Check(accelerator, plain with { Classes = 2, Prior = prior, Samples = 2 });
        Check(accelerator,
            Shape(Activation.Tanh, Likelihood.Bernoulli, new(4, 3, 3), [5], [5]) with { Classes = 2, Objective = Objective.Iwae });
        return true;
    });

    [EveryDevice]
    public void Steps_leave_every_device_with_the_same_parameters_bit_for_bit(TestDevice device)
    {
        VaeShape shape = Shape(Activation.Relu, Likelihood.Bernoulli, new(9, 8) { Dense = [12] }, [8, 20], [20, 8]);
        foreach (int steps in VaeTests.Steps(device))
        {
            (float[] parameters, MetricSums sums) = device.Run(accelerator => VaeTests.Train(accelerator, shape, steps));
            Assert.That(sums.FirstNonFiniteStep, Is.Zero);
            lock (First)
            {
                First.TryAdd(steps, (device.ToString(), parameters, sums));
                (string first, float[] expected, MetricSums expectedSums) = First[steps];
                Compare.Bits(parameters, expected, $"parameters on {device} and on {first}, {steps} steps");
                Assert.That(sums, Is.EqualTo(expectedSums), $"sums on {device} and on {first}, {steps} steps");
            }
        }
    }

    [Test]
    public void A_prior_network_is_as_wide_as_the_decoder_s_linear_layers()
    {
        using var backend = Backend.Open("cpu", 1);
        VaeShape plain = Shape(Activation.Relu, Likelihood.Bernoulli, new(8, 8) { Dense = [11, 6] }, [4], [4]);
        using var vae = new Vae(backend.Accelerator, plain with { Classes = 2, Prior = Prior.Network }, 2);
        Assert.That(vae.Parameters.Layout.Slices.Single(slice => slice.Name == "prior.0.bias").Length, Is.EqualTo(6));
    }

    [Test]
    public void Sizes_that_do_not_fit_are_refused()
    {
        using var backend = Backend.Open("cpu", 1);
        VaeShape shape = Shape(Activation.Relu, Likelihood.Bernoulli, new(8, 8), [4, 4, 4], [4]);
        Assert.That(() => new Vae(backend.Accelerator, shape with { Layers = new ConvolutionalLayers(new(8, 8), [4, 4, 4, 4], [4]) }, 2),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("too small for 4 convolutions"));
        Assert.That(() => new Vae(backend.Accelerator, shape with { DataDimensions = 63 }, 2),
            Throws.TypeOf<ArgumentException>().With.Message.Contains("8×8×1"));
        Assert.That(() => new Vae(backend.Accelerator, shape, 2).Dispose(), Throws.Nothing);
    }

    private static void Check(Accelerator accelerator, VaeShape shape) =>
        VaeTests.CheckGradients(accelerator, shape, Reference(shape.Likelihood));
}
