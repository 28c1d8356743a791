using VaeGpu.Kernels.Activations;
using VaeGpu.Layers;
using VaeGpu.Training.Memory;
using Decoder = VaeGpu.Layers.Models.Decoder;

namespace VaeGpu.Training.Papers;

/// <summary>
/// A conditional VAE: q(z∣x, y) from the whole image, p(z∣x) from the image as the baseline completes it, and p(y∣z).
/// </summary>
internal sealed class QuadrantVae : QuadrantNetwork
{
    private const int Latent = 200;
    private readonly QuadrantBaseline baseline;
    private readonly Network encoder, prior;
    private readonly Posterior posterior;
    private readonly Decoder decoder;
    private readonly ArrayView<float> guess;

    public QuadrantVae(Accelerator accelerator, Quadrants images, QuadrantBaseline baseline) : base(accelerator, images)
    {
        this.baseline = baseline;
        VaeShape shape = QuadrantBaseline.Shape(Latent, images.Missing.Length);
        encoder = Recognition("encoder");
        prior = Recognition("prior");
        posterior = new Posterior(Workspace, Workspace, shape);
        decoder = new Decoder(Workspace, Layout, shape, default);
        guess = Workspace.Allocate(images.Missing.Length);
        Initialize();

        Network Recognition(string name) => new NetworkBuilder(Workspace, Layout, name, images.Missing.Length, sparseInput: true)
            .Labels(Given, images.Given.Length).Linear([500, 500], Activation.Relu).Linear(2 * Latent, Activation.Identity).Build();
    }

    /// <summary>Draws of the missing pixels' means for images: z from p(z∣x), (rows, missing).</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Those that are completed.</param>
    /// <param name="draws">How many for each.</param>
    public IEnumerable<float[]> Complete(Quadrants images, int[] rows, int draws)
    {
        Load(images, rows);
        Guess(rows.Length);
        for (var draw = 0; draw < draws; draw++)
        {
            posterior.Forward(prior.Output, prior.Output, Evaluating(draw + 1, rows.Length));
            decoder.Forward(posterior.Latent, rows.Length);
            decoder.Mean(guess, rows.Length);
            yield return DeviceArrays.Read(guess, rows.Length * images.Missing.Length);
        }
    }

    protected override (ArrayView<float> Reconstruction, ArrayView<float> Divergence) Losses => (decoder.Loss, posterior.Divergence);

    protected override void Forward(StepContext step)
    {
        Guess(step.Rows);
        encoder.Forward(Missing, step.Rows);
        posterior.Forward(encoder.Output, prior.Output, step);
        decoder.Forward(posterior.Latent, step.Rows);
    }

    protected override void Backward(StepContext step)
    {
        decoder.LossAndGradient(Missing, step);
        decoder.Backward(posterior.Latent, posterior.LatentGradient, step.Rows);
        posterior.Backward(encoder.Output, prior.Output, encoder.OutputGradient, prior.OutputGradient, step);
        prior.Backward(guess, step.Rows);
        encoder.Backward(Missing, step.Rows);
    }

    protected override void Evaluate(StepContext step) => decoder.EvaluateLoss(Missing, step.Rows);

    protected override void DisposeNetworks() => decoder.Dispose();

    /// <summary>p(z∣x) of the batch.</summary>
    private void Guess(int rows)
    {
        baseline.Predict(Given, guess, rows);
        prior.Forward(guess, rows);
    }
}
