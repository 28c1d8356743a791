using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Papers;

/// <summary>The VAE of PyTorch's examples on gray MNIST: its losses after each of ten epochs.</summary>
internal sealed class PytorchVae() : Paper("pytorch-vae")
{
    /// <summary>The mean loss of the epoch and the held-out loss after it, as the script prints them.</summary>
    private static readonly (double Train, double Test)[] Published =
    [
        (164.3802, 127.3049), (121.6398, 115.7936), (114.6564, 112.2248), (111.6810, 109.6389), (109.9291, 108.5438),
        (108.7957, 107.6961), (107.9552, 107.0711), (107.3205, 106.6568), (106.7969, 106.0421), (106.3689, 105.5585),
    ];

    public override string Title => "the VAE of PyTorch's examples on MNIST: losses after epochs 1 to 10";

    public override string Source =>
        "github.com/pytorch/examples, vae/main.py, whose repository states no figures. They are those of a log of "
        + "the same network and settings, in the article \"Generative Models: Variational Autoencoders\" of 2023-09-01. Other "
        + "logs: epoch 7, 107.6333 and 106.6624 held out (pull request 1416 of the repository); epoch 10, 106.3110 and 105.5890 held out.";

    public override IReadOnlyList<string> Differences =>
        ["Random numbers are others: those of the first parameters, of the order of the digits and of the noise."];

    public override string Tolerance =>
        "2 nats in the first three epochs, 1 nat from then on; the logs above lie up to 0.4 apart at epochs 7 and 10";

    public override string Time => "half a minute";

    private protected override IEnumerable<PaperFigure> Measure(Reproduction work)
    {
        var model = new ModelConfiguration { Width = 28, Height = 28, Hidden = [400], Latent = 20 };
        PaperModel trained = work.Train("vae", model, new TrainingConfiguration { Batch = 128, Epochs = Published.Length });
        foreach (var (epoch, (train, test)) in trained.Epochs.Zip(Published))
        {
            double tolerance = epoch.Epoch <= 3 ? 2 : 1;
            yield return new(FormattableString.Invariant($"training loss, epoch {epoch.Epoch}"), epoch.Train.Loss, train)
            {
                Tolerance = tolerance,
            };
            yield return new(FormattableString.Invariant($"held-out loss, epoch {epoch.Epoch}"), epoch.Test.Loss, test)
            {
                Tolerance = tolerance,
            };
        }
    }
}
