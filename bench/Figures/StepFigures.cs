using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Bench.Figures;

/// <summary>Whole training steps, the optimizer alone and evaluation; on the processor in turn with PyTorch on as many threads.</summary>
internal static class StepFigures
{
    private const int Parameters = 10_000_000;
    /// <summary>Examples that are evaluated, a batch of the program's, and draws for each.</summary>
    private const int Evaluated = 256, Draws = 500;

    private static readonly StepSize[] sizes =
    [
        new(128, 400), new(512, 400), new(2048, 400), new(128, 1024, 1024), new(512, 1024, 1024), new(128, 400) { Channels = [32, 64] },
        new(128, 400) { HasRandomPixels = true }, new(512, 1024, 1024) { HasRandomPixels = true },
    ];

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        using TrainingImages.SharedFile? images = TrainingImages.Share();
        using var peers = new TorchPeers(images?.Path);
        effort = effort.ForLongWork;
        foreach (StepSize size in sizes)
        {
            foreach (BenchDevice device in devices)
                yield return Figure.Attempt("training step", device.Name, size.ToString(), () => Step(device, size, peers, effort));
        }
        foreach (BenchDevice device in devices)
            yield return Figure.Attempt("Adam", device.Name, $"{Parameters:N0} parameters", () => Adam(device, peers, effort));
        // The drivers of OpenCL on a processor take minutes.
        foreach (BenchDevice device in devices.Where(device => device.IsCpu || device.IsGpu))
            yield return Figure.Attempt("evaluation", device.Name, $"{Draws} samples", () => Evaluation(device, peers, effort));
        if (peers.Reason.Length > 0)
            yield return new("peer", "–", "–") { Note = peers.Reason };
    }

    private static Figure Step(BenchDevice device, StepSize size, TorchPeers peers, Effort effort)
    {
        using var step = new TrainingStep(device.Accelerator, size);
        string hidden = string.Join(',', size.Hidden);
        string work = size.Channels.Length == 0
            ? $"mlp {size.Batch} {hidden}"
            : $"conv {size.Batch} {string.Join(',', size.Channels)} {hidden}";
        string images = TrainingImages.AreMnist(size) ? "file" : "random";
        Figure figure = Beside(
            device, peers, $"{work} {images}", effort, Samplers.Of(device.Accelerator, step.Run),
            seconds => Quantity.PerSecond(1, seconds, "steps"), new("training step", device.Name, size.ToString()));
        step.ThrowIfDiverged();
        string[] notes = [figure.Note, TrainingImages.Note(size)];
        return figure with { Note = string.Join("; ", notes.Where(note => note.Length > 0)) };
    }

    private static Figure Adam(BenchDevice device, TorchPeers peers, Effort effort)
    {
        var launcher = new StepLauncher(device.Accelerator);
        var layout = new ParameterLayout(Initialization.Pytorch);
        layout.AddWeights("all", 1, Parameters, 1, 1, Activation.Identity);
        using var arena = new ParameterArena(device.Accelerator, layout);
        arena.Parameters.CopyFromCPU(Data.Normal(layout.Length));
        arena.Gradients.CopyFromCPU(Data.Normal(layout.Length));
        using var control = device.Accelerator.Allocate1D([new ControlBlock { Step = 1, LearningRate = 1e-3f }]);
        return Beside(
            device, peers, $"adam {Parameters}", effort,
            Samplers.Of(device.Accelerator, () => arena.Update(launcher, control.View, AdamSettings.Of())), Quantity.Seconds,
            new("Adam", device.Name, $"{Parameters:N0} parameters"));
    }

    private static Figure Evaluation(BenchDevice device, TorchPeers peers, Effort effort)
    {
        var model = new ModelConfiguration { Width = 28, Height = 28 };
        using var trained = new VaeModel(device.Accelerator, model);
        var evaluator = new Evaluator(device.Accelerator, model, trained.Parameters.ToArray());
        var images = new ImageSet(Data.Bytes(Evaluated * model.DataDimensions), null, model.Width, model.Height);
        return Beside(
            device, peers, $"evaluate {Evaluated} {Draws} {string.Join(',', model.Hidden)}", effort,
            Samplers.Of(() => evaluator.Evaluate(images, Draws, 1, null, default)),
            seconds => Quantity.PerSecond(Evaluated, seconds, "examples"),
            new("log p(x) by importance sampling", device.Name, $"784-400-20, {Draws} samples of each of {Evaluated} examples"));
    }

    private static Figure Beside(
        BenchDevice device, TorchPeers peers, string work, Effort effort, Sampler ours, Func<Spread, Quantity> quantity, Figure figure)
    {
        (Sampler? peer, string name, string reason) = peers.Beside(device, work);
        Samples samples = Alternation.Measure(effort, peer is null ? [ours] : [ours, peer]);
        return figure with
        {
            Value = quantity(samples.Seconds(0)), Beside = peer is null ? null : Comparison.OfTimes(name, samples, quantity), Note = reason,
        };
    }
}
