using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Memory;

namespace VaeGpu.Tests.Exchange;

/// <summary>The parameters of p(x∣z) of a decoder on the CPU device, by the names of the ONNX outputs.</summary>
internal static class DecoderParameters
{
    /// <summary>The parameters at some latent vectors.</summary>
    public static IEnumerable<(string Name, float[] Values)> Of(Accelerator accelerator, Exported exported, float[] latent, byte[] labels)
    {
        var model = exported.Run.Model;
        VaeShape shape = model.Shape;
        int rows = latent.Length / model.Latent, width = shape.OutputColumns(shape.Likelihood.Outputs(shape.LikelihoodSettings));
        using var inference = new BatchInference(accelerator, model, exported.Parameters, rows);
        inference.PutLabels(labels, 0, rows);
        inference.Vae.Posterior.Latent.CopyFromCPU(latent);
        inference.Vae.Decode(rows);
        float[] outputs = DeviceArrays.Read(inference.Vae.Decoder.Outputs, rows * width);
        int n = shape.Numbers, count = shape.LikelihoodSettings.Count;
        IEnumerable<(string, float[])> numbers = n == 0 ? [] : shape.Likelihood.Name switch
        {
            "bernoulli" or "hybrid" or "continuous-bernoulli" => [("logits", Kinds(0, 1))],
            "gaussian" or "laplace" or "huber" or "p-huber" => [("scale", [(float)model.LikelihoodOptions.Scale])],
            "gaussian-shared" or "gaussian-optimal" => [("scale", [(float)(model.LikelihoodOptions.Scale * Math.Exp(0.5 * Variance()))])],
            "gaussian-learned" or "student-t" => [("log_variance", Kinds(1, 1, -30, 20))],
            "laplace-learned" => [("log_scale", Kinds(1, 1, -15, 10))],
            "categorical" => [("logits", Kinds(0, count))],
            "mixture" =>
                [("logits", Kinds(0, count)), ("means", Kinds(count, count)), ("log_variances", Kinds(2 * count, count, -30, 20))],
            "logistic-mixture" =>
                [("logits", Kinds(0, count)), ("locations", Kinds(count, count)), ("log_scales", Kinds(2 * count, count, -7, 10))],
            _ => throw new NotSupportedException($"Write the parameters of {shape.Likelihood} here."),
        };
        return shape.Categories.Count == 0 ? numbers : [.. numbers, ("category_logits", Columns(width - shape.Categories.Sum(), width))];

        float[] Kinds(int first, int kinds, float least = float.MinValue, float most = float.MaxValue) =>
            Array.ConvertAll(Columns(first * n, (first + kinds) * n), value => Math.Clamp(value, least, most));

        float[] Columns(int first, int end) => [.. outputs.Where((_, i) => i % width >= first && i % width < end)];

        float Variance() => exported.Parameters[inference.Vae.Decoder.Variance!.Offset];
    }
}
