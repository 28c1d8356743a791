using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>A part of the catalogue: the launches of a training step and all that goes with it, or of kernels on their own.</summary>
/// <param name="Name">What is trained, as far as it differs from the default model.</param>
/// <param name="HasStep">Whether there is a training step in it.</param>
/// <param name="Run">Makes the launches on an accelerator; those of the step within a call of the action that it is given.</param>
internal sealed record CatalogueWork(string Name, bool HasStep, Action<Accelerator, Action<Action>> Run)
{
    public const string Default = "default";

    /// <summary>All parts, which have every kernel between them.</summary>
    public static IEnumerable<CatalogueWork> All(CatalogueSizes sizes, bool tensorCores) =>
        [.. Steps(sizes), .. Kernels(sizes, tensorCores)];

    private static IEnumerable<CatalogueWork> Steps(CatalogueSizes sizes)
    {
        int rows = sizes.Rows;
        VaeShape small = sizes.Small;
        yield return Of(Default, sizes.Model, sizes.Batch);
        foreach (Likelihood likelihood in Likelihood.All)
            yield return Of($"likelihood {likelihood}",
                small with { Likelihood = likelihood, LikelihoodSettings = SettingsOf(likelihood) }, rows);
        foreach (Activation activation in Activation.All)
            yield return Of($"activation {activation}",
                small with { Activation = activation, Initialization = Initialization.HeNormal }, rows);
        foreach (Prior prior in Prior.All)
        {
            VaeShape conditional = small with { Classes = 2, Prior = prior };
            yield return Of($"prior {prior}", conditional, rows);
            foreach (Objective objective in Objective.All)
                yield return Of($"prior {prior}, objective {objective}", conditional with { Objective = objective, Samples = 2 }, rows);
        }
        yield return Of("free bits", small with { FreeBits = 0.1f }, rows);
        yield return Of("text", small with { Symbols = 4 }, rows);
        yield return Of("table", small with { Categories = Unfused.Categories }, rows);
        foreach (Optimizer optimizer in Optimizer.All)
            yield return Of($"optimizer {optimizer}, clipped", small, rows, optimizer);
        foreach (LearningRateSchedule schedule in LearningRateSchedule.All)
            yield return Of($"schedule {schedule}", small, rows, schedule: schedule);
        yield return Of("convolutions", sizes.Convolutional, sizes.ConvolutionalRows);
    }

    private static IEnumerable<CatalogueWork> Kernels(CatalogueSizes sizes, bool tensorCores)
    {
        int rows = sizes.Rows, columns = sizes.Small.DataDimensions, latent = sizes.Small.LatentDimensions;
        foreach (Likelihood likelihood in Likelihood.All)
            yield return Of($"likelihood {likelihood}, loss and gradient apart", a =>
                Unfused.Likelihood(a, likelihood, SettingsOf(likelihood), new() { Rows = rows, Columns = columns }));
        yield return Of("categorical columns", a => Unfused.CategoricalColumns(a, rows));
        yield return Of("layers, unfused", a => Unfused.Layers(a, new() { Rows = rows, Columns = columns }));
        yield return Of("step, unfused", a => Unfused.Step(a, new() { Rows = rows, Columns = columns }));
        yield return Of($"products of {sizes.Side}×{sizes.Side}×{sizes.Side}", a => Unfused.LargeProducts(a, sizes.Side));
        yield return Of("packed products", Unfused.Panels);
        if (tensorCores)
            yield return Of("products on tensor cores", Unfused.TensorProducts);
        yield return Of("latent variables, unfused", a =>
            Unfused.Latent(a, new() { Rows = rows, Columns = latent, Samples = 1, Purpose = RandomPurpose.Latent }));
        foreach (Ladder ladder in Ladder.All)
            yield return Of($"ladder {ladder}", a => LadderRungs.Launch(a, ladder, rows));
    }

    private static LikelihoodSettings SettingsOf(Likelihood likelihood) =>
        likelihood.Settings(new LikelihoodOptions { Classes = 4, Components = 3 });

    private static CatalogueWork Of(string name, Action<Accelerator> run) => new(name, false, (accelerator, _) => run(accelerator));

    private static CatalogueWork Of(
        string name, VaeShape shape, int rows, Optimizer? optimizer = null, LearningRateSchedule? schedule = null) =>
        new(name, true, (accelerator, step) => Train(accelerator, shape, rows, optimizer, schedule, step));

    /// <summary>All that training and evaluation do with a model, once.</summary>
    private static void Train(
        Accelerator accelerator, VaeShape shape, int rows, Optimizer? optimizer, LearningRateSchedule? schedule, Action<Action> inStep)
    {
        using var vae = new Vae(accelerator, shape, rows);
        using var pixels = accelerator.Allocate1D(new byte[rows * shape.DataDimensions]);
        using var batch = accelerator.Allocate1D<float>(rows * shape.DataDimensions);
        using var labels = accelerator.Allocate1D(new byte[rows]);
        var started = new ControlBlock
        {
            Seed = 1, Step = 1, LikelihoodWeight = 1, DivergenceWeight = 1, LearningRate = 1e-3f, Schedule = new() { Period = 1 },
        };
        using var control = accelerator.Allocate1D([started]);
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        var launcher = new StepLauncher(accelerator, optimizer, schedule);
        var images = new BatchShape { Rows = rows, Columns = shape.DataDimensions, Count = rows };
        var step = new StepContext(control.View, rows);
        vae.Parameters.Initialize(launcher, 1);
        inStep(() =>
        {
            launcher.Gather(pixels.View, batch.View, control.View, images);
            if (shape.Classes > 0)
                new ConditionLauncher(accelerator, Activation.Identity)
                    .Gather(labels.View, vae.Labels, control.View, images with { Columns = shape.Classes });
            vae.Forward(batch.View, step);
            vae.Backward(batch.View, step);
            vae.Parameters.Update(launcher, control.View, AdamSettings.Of(weightDecay: 0.01, clipNorm: optimizer is null ? 0 : 1));
            launcher.EndStep(
                vae.Loss(rows), vae.Posterior.Divergence, sums.View, control.View, new() { Rows = rows, Count = rows });
        });
        vae.EvaluateLoss(batch.View, rows);
        if (shape.Objective.WeighsDraws)
            vae.Bound(step, 1, 1);
    }
}
