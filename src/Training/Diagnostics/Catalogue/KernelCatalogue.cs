using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Training.Diagnostics.Catalogue;

/// <summary>
/// Every kernel of the product, found by running everything that has kernels: a training step of the default model (784-400-20,
/// Bernoulli), which gives the representative sizes, and small models for all that this one does not use.
/// </summary>
public static class KernelCatalogue
{
    /// <summary>
    /// The kernels in the order of their first launch, with the launch of the largest grid at training sizes; then the forms that only
    /// other sizes choose. Nothing is counted.
    /// </summary>
    /// <param name="gpu">Whether shapes are those for a GPU, or those for this processor.</param>
    /// <param name="batch">Rows of the batch.</param>
    /// <param name="stop">Looked at between launches.</param>
    public static IReadOnlyList<KernelLaunch> Of(bool gpu, int batch, CancellationToken stop)
    {
        CatalogueSizes[] sizes = [CatalogueSizes.Training(batch), CatalogueSizes.Odd];
        var launches = sizes.SelectMany(size => KernelInspector.Record(
            gpu, runs: false, accelerator => Launch(accelerator, size, tensorCores: true, stop), stop));
        return [.. launches.GroupBy(launch => launch.Name).Select(same => same.MaxBy(launch => launch.GridDim.LongSize)!)];
    }

    /// <summary>The names of the training steps that <see cref="Steps"/> gives.</summary>
    public static IReadOnlyList<string> StepNames { get; } =
        [.. CatalogueWork.All(CatalogueSizes.Odd, tensorCores: true).Where(work => work.HasStep).Select(work => work.Name)];

    /// <summary>
    /// The launches of training steps at training sizes, in their shapes for a GPU, and those of kernels beside them; counts are
    /// estimated from the first and last groups along each axis.
    /// </summary>
    /// <param name="batch">Rows of the batch.</param>
    /// <param name="only">The name of one step; null for all.</param>
    /// <param name="counts">Which kernels are counted, by their names.</param>
    /// <param name="stop">Looked at between launches.</param>
    public static IReadOnlyList<CatalogueStep> Steps(int batch, string? only, Func<string, bool> counts, CancellationToken stop) =>
        RecordSteps(batch, only, counts, emulates: false, stop);

    /// <summary>The same, with what the warps of a GPU would do in these kernels: emulated, not measured.</summary>
    /// <param name="batch">Rows of the batch.</param>
    /// <param name="only">The name of one step; null for all.</param>
    /// <param name="counts">Which kernels are counted and emulated, by their names.</param>
    /// <param name="stop">Looked at between launches.</param>
    public static IReadOnlyList<CatalogueStep> Emulate(int batch, string? only, Func<string, bool> counts, CancellationToken stop) =>
        RecordSteps(batch, only, counts, emulates: true, stop);

    private static CatalogueStep[] RecordSteps(
        int batch, string? only, Func<string, bool> counts, bool emulates, CancellationToken stop)
    {
        CatalogueWork[] work =
        [
            .. CatalogueWork.All(CatalogueSizes.Training(batch), tensorCores: true).Where(one => only is null || one.Name == only),
        ];
        var known = new SampleCache();
        var steps = new CatalogueStep[work.Length];
        var options = new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount };
        // One recording for each processor: what is loaded on it serves all steps.
        Parallel.For(0, work.Length, options, () => KernelInspector.RecordOnGpu(known, counts, emulates, stop), (i, _, recording) =>
        {
            steps[i] = Record(work[i], recording);
            return recording;
        }, recording => recording.Dispose());
        return steps;
    }

    private static CatalogueStep Record(CatalogueWork work, LaunchRecording recording)
    {
        int start = recording.Launches.Count;
        var step = start..start;
        work.Run(recording.Accelerator, train =>
        {
            int before = recording.Launches.Count;
            train();
            step = before..recording.Launches.Count;
        });
        KernelLaunch[] all = [.. recording.Launches];
        return new(work.Name, all[step], [.. all[start..step.Start], .. all[step.End..]]);
    }

    /// <summary>Launches every kernel on a device, in its shapes for it.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="sizes">The sizes of the launches.</param>
    /// <param name="tensorCores">Whether the kernels for tensor cores are among them.</param>
    /// <param name="stop">Looked at between models.</param>
    public static void Launch(Accelerator accelerator, CatalogueSizes sizes, bool tensorCores, CancellationToken stop)
    {
        foreach (CatalogueWork work in CatalogueWork.All(sizes, tensorCores))
        {
            stop.ThrowIfCancellationRequested();
            work.Run(accelerator, train => train());
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

/// <summary>The launches of a training step.</summary>
/// <param name="Name">What is trained, as far as it differs from the default model.</param>
/// <param name="Launches">The launches of a step, in their order; none where kernels are launched on their own.</param>
/// <param name="Besides">Those before and behind the step: initialization, evaluation, and kernels on their own.</param>
public sealed record CatalogueStep(string Name, IReadOnlyList<KernelLaunch> Launches, IReadOnlyList<KernelLaunch> Besides);
