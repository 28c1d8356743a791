using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>
/// Every kernel of the product, found by running everything that has kernels: a training step of the default model (784-400-20,
/// Bernoulli), which gives the representative sizes, and small models for all that this one does not use.
/// </summary>
public static class KernelCatalogue
{
    /// <summary>The kernels in the order of their first launch, each with its launch of the most operations.</summary>
    /// <param name="gpu">Whether shapes are those for a GPU, or those for this processor.</param>
    /// <param name="counted">Whether the kernels run and are counted.</param>
    /// <param name="batch">Rows of the default model's batch.</param>
    /// <param name="stop">Looked at between launches, and within those that are counted.</param>
    public static IReadOnlyList<KernelLaunch> Of(bool gpu, bool counted, int batch, CancellationToken stop)
    {
        var sizes = CatalogueSizes.Representative(batch);
        var launches = KernelInspector.Record(gpu, counted, accelerator => Launch(accelerator, sizes, tensorCores: true, stop), stop);
        return [.. launches.GroupBy(launch => launch.Name).Select(same => same.MaxBy(launch => launch.Flops)!)];
    }

    /// <summary>Launches every kernel on a device, in its shapes for it.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="sizes">The sizes of the launches.</param>
    /// <param name="tensorCores">Whether the kernels for tensor cores are among them.</param>
    /// <param name="stop">Looked at between models.</param>
    public static void Launch(Accelerator accelerator, CatalogueSizes sizes, bool tensorCores, CancellationToken stop)
    {
        foreach (Action<Accelerator> work in Work(sizes, tensorCores))
        {
            stop.ThrowIfCancellationRequested();
            work(accelerator);
        }
    }

    /// <summary>The kernel of a name, or the only one whose name contains it; case does not count.</summary>
    /// <exception cref="KernelNotFoundException">There is none, or there are several; the message says which come near.</exception>
    public static KernelLaunch Find(IReadOnlyList<KernelLaunch> kernels, string name)
    {
        KernelLaunch[] found = [.. kernels.Where(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0)
            found = [.. kernels.Where(k => k.Name.Contains(name, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 1)
            return found[0];
        // Forms of one method differ in their policies alone: any of them stands for it.
        if (found.Length > 1 && found.All(k => Plain(k.Name).Equals(name, StringComparison.OrdinalIgnoreCase)))
            return found[0];
        if (found.Length > 1)
            throw new KernelNotFoundException($"{found.Length} kernels match \"{name}\"; give more of the name: "
                + $"{string.Join("; ", found.Take(12).Select(k => k.Name))}.");
        string[] near = [.. kernels.Select(k => Plain(k.Name)).Distinct()
            .OrderBy(other => Distance(other.ToUpperInvariant(), name.ToUpperInvariant())).Take(3)];
        throw new KernelNotFoundException(
            $"There is no kernel \"{name}\". Near it: {string.Join(", ", near)}. \"vaegpu kernels\" lists all.");
    }

    /// <summary>A kernel's name without its type arguments.</summary>
    public static string Plain(string name) => name.Split('<')[0];

    private static IEnumerable<Action<Accelerator>> Work(CatalogueSizes sizes, bool tensorCores)
    {
        int rows = sizes.Rows, columns = sizes.Small.DataDimensions, latent = sizes.Small.LatentDimensions;
        yield return a => Step(a, sizes.Model, sizes.Batch);
        VaeShape small = sizes.Small;
        foreach (Likelihood likelihood in Likelihood.All)
        {
            LikelihoodSettings settings = likelihood.Settings(new LikelihoodOptions { Classes = 4, Components = 3 });
            yield return a => Step(a, small with { Likelihood = likelihood, LikelihoodSettings = settings }, rows);
            yield return a => Unfused.Likelihood(a, likelihood, settings, new() { Rows = rows, Columns = columns });
        }
        foreach (Activation activation in Activation.All)
            yield return a => Step(a, small with { Activation = activation, Initialization = Initialization.HeNormal }, rows);
        foreach (Prior prior in Prior.All)
        {
            VaeShape conditional = small with { Classes = 2, Prior = prior };
            yield return a => Step(a, conditional, rows);
            foreach (Objective objective in Objective.All)
                yield return a => Step(a, conditional with { Objective = objective, Samples = 2 }, rows);
        }
        yield return a => Step(a, small with { FreeBits = 0.1f }, rows);
        yield return a => Step(a, small with { Symbols = 4 }, rows);
        yield return a => Step(a, small with { Categories = Unfused.Categories }, rows);
        yield return a => Unfused.CategoricalColumns(a, rows);
        foreach (Optimizer optimizer in Optimizer.All)
            yield return a => Step(a, small, rows, optimizer);
        foreach (LearningRateSchedule schedule in LearningRateSchedule.All)
            yield return a => Step(a, small, rows, schedule: schedule);
        yield return a => Step(a, sizes.Convolutional, 2);
        yield return a => Unfused.Layers(a, new() { Rows = rows, Columns = columns });
        yield return a => Unfused.Step(a, new() { Rows = rows, Columns = columns });
        yield return a => Unfused.LargeProducts(a, sizes.Side);
        yield return Unfused.Panels;
        if (tensorCores)
            yield return Unfused.TensorProducts;
        yield return a => Unfused.Latent(a, new() { Rows = rows, Columns = latent, Samples = 1, Purpose = RandomPurpose.Latent });
        foreach (Ladder ladder in Ladder.All)
            yield return a => LadderRungs.Launch(a, ladder, rows);
    }

    /// <summary>All that training and evaluation do with a model, once.</summary>
    private static void Step(
        Accelerator accelerator, VaeShape shape, int rows, Optimizer? optimizer = null, LearningRateSchedule? schedule = null)
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
        vae.Parameters.Initialize(launcher, 1);
        launcher.Gather(pixels.View, batch.View, control.View, images);
        if (shape.Classes > 0)
            new ConditionLauncher(accelerator, Activation.Identity)
                .Gather(labels.View, vae.Labels, control.View, images with { Columns = shape.Classes });
        var step = new StepContext(control.View, rows);
        vae.Forward(batch.View, step);
        vae.Backward(batch.View, step);
        vae.Parameters.Update(launcher, control.View, AdamSettings.Of(weightDecay: 0.01, clipNorm: optimizer is null ? 0 : 1));
        vae.EvaluateLoss(batch.View, rows);
        if (shape.Objective.WeighsDraws)
            vae.Bound(step, 1, 1);
        launcher.EndStep(vae.Loss(rows), vae.Posterior.Divergence, sums.View, control.View, new() { Rows = rows, Count = rows });
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}

/// <summary>A kernel that is asked for and is none, or not one alone; the message says what there is.</summary>
public sealed class KernelNotFoundException(string message) : Exception(message);
