using VaeGpu.Kernels;

namespace VaeGpu.Training.Checks;

/// <summary>The kernels of the latent layer on one device, one after the other, called with arrays of the host.</summary>
internal static class DivergenceRunner
{
    /// <summary>
    /// All that they compute: z, KL and its gradients by formula; then log p(z) − log q(z∣x), the weights of the draws, the
    /// gradients by draws and the sums of evaluation.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="prior">The prior.</param>
    /// <param name="encoded">The encoder's output, (rows, 2d).</param>
    /// <param name="told">What a network says of the prior, (rows, 2d); read as far as the prior has numbers.</param>
    /// <param name="upstream">The gradient of z, (rows·L, d).</param>
    /// <param name="shape">The sizes.</param>
    public static IEnumerable<float> Everything(
        Accelerator accelerator, Prior prior, float[] encoded, float[] told, float[] upstream, LatentShape shape)
    {
        LatentLauncher launcher = new LatentLauncher(accelerator, prior);
        int draws = shape.Rows * shape.Samples;
        using var control = accelerator.Allocate1D(new[] { LikelihoodRunner.Control });
        using var given = accelerator.Allocate1D(encoded);
        using var law = accelerator.Allocate1D(told);
        using var dz = accelerator.Allocate1D(upstream);
        using var gates = accelerator.Allocate1D([.. Enumerable.Repeat(1f, shape.Columns)]);
        using var latent = accelerator.Allocate1D<float>(upstream.Length);
        using var divergence = accelerator.Allocate1D<float>(shape.Rows);
        using var gradient = accelerator.Allocate1D<float>(encoded.Length);
        using var lawGradient = accelerator.Allocate1D(new float[told.Length]);
        launcher.Forward(given.View, law.View, latent.View, divergence.View, control.View, shape);
        launcher.Backward(given.View, law.View, gates.View, dz.View, gradient.View, lawGradient.View, control.View, shape);
        float[] byFormula =
        [
            .. latent.GetAsArray1D(), .. divergence.GetAsArray1D(), .. gradient.GetAsArray1D(), .. lawGradient.GetAsArray1D(),
        ];

        using var losses = accelerator.Allocate1D([.. Enumerable.Range(0, draws).Select(i => i % 3 * 1e26f)]);
        using var ratios = accelerator.Allocate1D<float>(draws);
        using var weights = accelerator.Allocate1D<float>(draws);
        using var running = accelerator.Allocate1D(
            [.. Enumerable.Repeat((float[])[float.NegativeInfinity, 0, 0, 0], shape.Rows).SelectMany(sums => sums)]);
        launcher.LogRatio(given.View, law.View, latent.View, ratios.View, control.View, shape);
        launcher.Weigh(losses.View, ratios.View, weights.View, control.View, shape);
        launcher.WeightedBackward(
            given.View, law.View, latent.View, weights.View, dz.View, gradient.View, lawGradient.View, control.View, shape);
        launcher.Accumulate(losses.View, ratios.View, running.View, shape);
        return
        [
            .. byFormula, .. ratios.GetAsArray1D(), .. weights.GetAsArray1D(), .. gradient.GetAsArray1D(), .. lawGradient.GetAsArray1D(),
            .. running.GetAsArray1D(),
        ];
    }
}
