using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Objectives;

/// <summary>
/// Tells digits apart: pixels → 128 rectified units → 10 logits, from the library's own layers. Its loss, the cross-entropy, is a
/// categorical likelihood of one data dimension: the label, a byte that the gather divides by 255 like a pixel.
/// </summary>
internal sealed class DigitClassifier : IDisposable
{
    private const int Rows = 128, Units = 128, Classes = 10;
    private readonly int pixels;
    private readonly Workspace workspace;
    private readonly Network network;
    private readonly ParameterArena arena;
    private readonly StepLauncher launcher;
    private readonly LikelihoodLauncher likelihood;
    private readonly ArrayView<float> batch, labels, losses, none;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;
    private readonly MemoryBuffer1D<MetricSums, Stride1D.Dense> sums;

    public DigitClassifier(Accelerator accelerator, int pixels, uint seed)
    {
        this.pixels = pixels;
        workspace = new Workspace(accelerator, Rows);
        launcher = new StepLauncher(accelerator);
        var layout = new ParameterLayout(Initialization.Pytorch);
        network = new Network(
            new Linear(workspace, layout, "classifier.0", pixels, Units, Activation.Relu),
            new Linear(workspace, layout, "classifier.1", Units, Classes, Activation.Identity, gradientInPlace: true));
        arena = new ParameterArena(accelerator, layout);
        arena.Initialize(launcher, seed);
        likelihood = new LikelihoodLauncher(accelerator, Likelihood.Categorical, Categorical.SettingsOfSymbols(Classes));
        (batch, labels, losses, none) = (workspace.Allocate(pixels), workspace.Allocate(1), workspace.Allocate(1), workspace.Allocate(1));
        none.CopyFromCPU(new float[Rows]);
        control = accelerator.Allocate1D([
            new ControlBlock { Seed = seed, Step = 1, LearningRate = 2e-3f, Schedule = new() { Full = 2e-3f }, LikelihoodWeight = 1 },
        ]);
        sums = accelerator.Allocate1D(new MetricSums[1]);
    }

    /// <summary>Goes over the images so often, each time in another order, with Adam.</summary>
    public void Train(ExampleSet images, int epochs)
    {
        using var imagesHere = workspace.Accelerator.Allocate1D(images.Pixels);
        using var labelsHere = workspace.Accelerator.Allocate1D(images.Labels!);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            for (int first = 0, rows; first < images.Count; first += rows)
            {
                rows = Math.Min(Rows, images.Count - first);
                var shape = new BatchShape
                {
                    Rows = rows, Columns = pixels, Count = images.Count, HalfBits = Shuffle.HalfBits(images.Count),
                };
                launcher.Gather(imagesHere.View, batch, control.View, shape);
                launcher.Gather(labelsHere.View, labels, control.View, shape with { Columns = 1 });
                network.Forward(batch, rows);
                var law = new ReconstructionShape { Rows = rows, Columns = 1 };
                likelihood.LossAndGradient(labels, network.Output, losses, control.View, law);
                network.Backward(batch, rows);
                arena.Update(launcher, control.View, AdamSettings.Of());
                launcher.EndStep(losses, none, sums.View, control.View, new StepShape { Rows = rows, Count = images.Count });
            }
        }
    }

    /// <summary>The share of the images whose greatest logit is their label's.</summary>
    public double Accuracy(ExampleSet images)
    {
        int right = 0;
        for (int first = 0, rows; first < images.Count; first += rows)
        {
            rows = Math.Min(Rows, images.Count - first);
            float[] values = new float[rows * pixels], logits = new float[rows * Classes];
            images.CopyTo(first, values);
            batch.SubView(0, values.Length).CopyFromCPU(values);
            network.Forward(batch, rows);
            network.Output.SubView(0, logits.Length).CopyToCPU(logits);
            right += logits.Chunk(Classes).Zip(images.Labels!.Skip(first))
                .Count(row => Array.IndexOf(row.First, row.First.Max()) == row.Second);
        }
        return (double)right / images.Count;
    }

    public void Dispose()
    {
        arena.Dispose();
        likelihood.Dispose();
        workspace.Dispose();
        control.Dispose();
        sums.Dispose();
    }
}
