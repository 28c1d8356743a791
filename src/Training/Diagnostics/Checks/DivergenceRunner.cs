using VaeGpu.Training.Inference;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Checks;

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
        var launcher = new LatentLauncher(accelerator, prior);
        int draws = shape.Rows * shape.Samples;
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<ControlBlock> control = arrays.Of(LikelihoodRunner.Control);
        ArrayView<float> given = arrays.Of(encoded), network = arrays.Of(told), dz = arrays.Of(upstream);
        ArrayView<float> gates = arrays.Of([.. Enumerable.Repeat(1f, shape.Columns)]);
        ArrayView<float> latent = arrays.Empty(upstream.Length), divergence = arrays.Empty(shape.Rows);
        ArrayView<float> gradient = arrays.Empty(encoded.Length), networkGradient = arrays.Of(new float[told.Length]);
        launcher.Forward(given, network, latent, divergence, control, shape);
        launcher.Backward(given, network, gates, dz, gradient, networkGradient, control, shape);
        float[] byFormula = All(latent, divergence, gradient, networkGradient);

        ArrayView<float> losses = arrays.Of([.. Enumerable.Range(0, draws).Select(i => i % 3 * 1e26f)]);
        ArrayView<float> ratios = arrays.Empty(draws), weights = arrays.Empty(draws), running = arrays.Of(RunningSums.Started(shape.Rows));
        launcher.LogRatio(given, network, latent, ratios, control, shape);
        launcher.Weigh(losses, ratios, weights, control, shape);
        launcher.WeightedBackward(given, network, latent, weights, dz, gradient, networkGradient, control, shape);
        launcher.Accumulate(losses, ratios, running, shape);
        return [.. byFormula, .. All(ratios, weights, gradient, networkGradient, running)];
    }

    private static float[] All(params ArrayView<float>[] views) => [.. views.SelectMany(view => DeviceArrays.Read(view, (int)view.Length))];
}
