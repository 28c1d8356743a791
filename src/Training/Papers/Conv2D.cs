using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Papers;

/// <summary>The convolutional VAE of Keras's examples, with two latent dimensions: its training loss.</summary>
internal sealed class Conv2D() : Paper("conv-2d")
{
    public override string Title => "the convolutional VAE of Keras's examples on MNIST, two latent dimensions: training loss";

    public override string Source =>
        "keras.io/examples/generative/vae, the log in examples/generative/md/vae.md of github.com/keras-team/keras-io "
        + "(2023): reconstruction_loss + kl_loss, means over an epoch. Its \"loss\" is not their sum.";

    public override IReadOnlyList<string> Differences =>
    [
        "Convolutions have 4×4 taps instead of 3×3.",
        "The decoder mirrors the encoder: a linear layer of 16 units more, and two transposed convolutions instead of three.",
        "Trained on 60,000 digits instead of all 70,000, for as many steps: 35 epochs stand for 30, and 12 for 10.",
        "First parameters are uniform as PyTorch's, not Glorot's.",
    ];

    public override string Tolerance => "3 nats, for the layers are not the same";

    public override string Time => "2 minutes; the full form 6";

    public override string Full => "35 epochs, which are the steps of 30 of the original, instead of 12";

    private protected override IEnumerable<PaperFigure> Measure(Reproduction work)
    {
        var model = new ModelConfiguration { Width = 28, Height = 28, Convolutions = [32, 64], Hidden = [16], Latent = 2 };
        PaperModel trained = work.Train("conv-2d", model, new TrainingConfiguration
        {
            Batch = 128, Epochs = work.IsFull ? 35 : 12, Optimizer = new() { Epsilon = 1e-7 },
        });
        yield return Of(trained.Epochs, 6, 5, 150.9847, 6.2957);
        yield return Of(trained.Epochs, 12, 10, 145.7807, 6.5371);
        if (work.IsFull)
            yield return Of(trained.Epochs, 35, 30, 140.1473, 6.7960);
    }

    private static PaperFigure Of(IReadOnlyList<EpochMetrics> epochs, int epoch, int published, double reconstruction, double kl) =>
        new(
            FormattableString.Invariant($"training loss, epoch {epoch} (Keras: {published})"),
            epochs[epoch - 1].Train.Loss, reconstruction + kl)
        {
            Tolerance = 3,
        };
}
