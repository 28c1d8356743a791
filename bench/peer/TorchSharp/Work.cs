using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace VaeGpu.TorchSharp;

/// <summary>What the peer can be asked for.</summary>
internal static class Work
{
    /// <summary>Rows that are decoded at once in an evaluation: as many as a cache holds well.</summary>
    private const int RowsTogether = 2048;

    /// <summary>Prepares some work; its tensors belong to the scope that is open.</summary>
    /// <exception cref="ArgumentException">There is no such work.</exception>
    public static Action Of(string[] words) => words switch
    {
        ["mlp", var batch, var hidden, var images] => Step(Number(batch), new Vae(Numbers(hidden), []), images, Vae.Pixels),
        ["conv", var batch, var channels, var hidden, var images] =>
            Step(Number(batch), new Vae(Numbers(hidden), Numbers(channels)), images, 1, Vae.Side, Vae.Side),
        ["product", var rows, var depth, var columns, var layout] =>
            Product(Number(rows), Number(depth), Number(columns), layout == "turned"),
        ["adam", var count] => Adam(Number(count)),
        ["evaluate", var images, var samples, var hidden] =>
            Evaluate(Number(images), Number(samples), new Vae(Numbers(hidden), [])),
        _ => throw new ArgumentException($"there is no work \"{string.Join(' ', words)}\""),
    };

    /// <summary>A training step on the next images, all of which lie in memory as floats.</summary>
    private static Action Step(int batch, Vae model, string source, params long[] shape)
    {
        const int Images = 60_000;
        Tensor images = source == "file"
            ? tensor(File.ReadAllBytes(Environment.GetEnvironmentVariable("VAEGPU_IMAGES")!)).to(ScalarType.Float32) / 255
            : rand([Images, .. shape]);
        images = images.view([Images, .. shape]);
        var optimizer = optim.Adam(model.Parameters, 1e-3);
        int position = 0;
        return () =>
        {
            using DisposeScope step = NewDisposeScope();
            using Tensor x = images.narrow(0, position, batch);
            position = position + 2 * batch <= Images ? position + batch : 0;
            optimizer.zero_grad();
            (Tensor mean, Tensor logVariance) = model.Encode(x);
            Tensor z = mean + randn_like(mean) * exp(0.5 * logVariance);
            Tensor reconstruction = functional.binary_cross_entropy_with_logits(model.Decode(z), x, reduction: Reduction.Sum);
            Tensor divergence = -0.5 * sum(1 + logVariance - mean.pow(2) - logVariance.exp());
            ((reconstruction + divergence) / batch).backward();
            optimizer.step();
        };
    }

    /// <summary>A product into memory that is there already; turned, the left factor lies transposed.</summary>
    private static Action Product(int rows, int depth, int columns, bool turned)
    {
        Tensor left = turned ? randn(depth, rows).t() : randn(rows, depth);
        Tensor right = randn(depth, columns), output = zeros(rows, columns);
        return () => output = output.addmm_(left, right, beta: 0, alpha: 1);
    }

    private static Action Adam(int count)
    {
        var parameter = new Parameter(randn(count));
        parameter.grad = randn(count);
        var optimizer = optim.Adam([parameter], 1e-3);
        return () =>
        {
            using DisposeScope step = NewDisposeScope();
            optimizer.step();
        };
    }

    /// <summary>log p(x) by importance sampling: the mean of p(x∣z)·p(z)/q(z∣x) over the samples z of q(z∣x).</summary>
    private static Action Evaluate(int count, int samples, Vae model)
    {
        Tensor images = rand(count, Vae.Pixels).lt(0.5).to(ScalarType.Float32);
        int together = Math.Max(1, RowsTogether / samples);
        return () =>
        {
            using var forward = no_grad();
            for (int first = 0; first < count; first += together)
            {
                using DisposeScope part = NewDisposeScope();
                Tensor x = images.narrow(0, first, Math.Min(together, count - first));
                (Tensor mean, Tensor logVariance) = model.Encode(x);
                Tensor noise = randn(samples, x.shape[0], Vae.Latent);
                Tensor z = mean + noise * exp(0.5 * logVariance);
                Tensor logits = model.Decode(z.view(-1, Vae.Latent)).view(samples, x.shape[0], Vae.Pixels);
                Tensor likelihood = -functional.binary_cross_entropy_with_logits(
                    logits, x.expand_as(logits), reduction: Reduction.None).sum(-1);
                Tensor ratio = 0.5 * (noise.pow(2) + logVariance - z.pow(2)).sum(-1);
                _ = logsumexp(likelihood + ratio, 0) - Math.Log(samples);
            }
        };
    }

    private static int[] Numbers(string text) => [.. text.Split(',').Select(Number)];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
