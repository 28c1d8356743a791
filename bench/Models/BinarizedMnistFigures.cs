using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Bench.Models;

/// <summary>
/// The model of one stochastic layer of Burda, Grosse and Salakhutdinov 2016 on MNIST, drawn black and white again at every step; the
/// held-out digits are drawn once. Their 3,280 epochs reach 86.76 nats (table 1, VAE, k = 1); here are 50.
/// </summary>
internal static class BinarizedMnistFigures
{
    private const int ImportanceSamples = 500;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        if (TrainedModel.Mnist(out string reason, Binarization.Dynamic) is not { } data)
        {
            yield return new("MNIST, dynamically binarized", "–", "–") { Note = reason };
            yield break;
        }
        BenchDevice device = devices.Last(candidate => candidate.IsCpu);
        var model = new ModelConfiguration { Width = 28, Height = 28, Hidden = [200, 200], Latent = 50, Activation = Activation.Tanh };
        var training = new TrainingConfiguration
        {
            Batch = 50, Epochs = 50, LearningRate = 2e-3, Optimizer = new OptimizerConfiguration { Schedule = LearningRateSchedule.Cosine },
        };
        TrainedModel trained = TrainedModel.Train(device, model, training, data, Binarization.Dynamic);
        var evaluator = new Evaluator(device.Accelerator, model, trained.Parameters);
        EvaluationReport report = evaluator.Evaluate(data.Test, ImportanceSamples, 1, null, default);
        string size = $"784-200-200-50 tanh, batch {training.Batch}, {training.Epochs} epochs";
        yield return new($"−log p(x), held out, {ImportanceSamples} draws each", device.Name, size)
        {
            Value = Quantity.Once(-report.LogLikelihood!.Value, "nats"),
            Note = FormattableString.Invariant(
                $"± {report.ImportanceStderr:0.00} nats; −ELBO {-report.Elbo:0.00} nats, after {trained.Seconds:0} s of training"),
        };
    }
}
