using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>
/// The proof of every kernel of the catalogue on a device: each launch of the catalogue is made on the device and on the processor, with
/// the same kernel shapes and the same random memory, and both must leave the same bits. The formulas have a proof of their own
/// (<see cref="FormulaChecks"/>), and so have kernels for tensor cores, which add in an order of their own.
/// </summary>
public static class KernelChecks
{
    /// <summary>Compares all launches.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="seed">What the random memory follows from.</param>
    /// <param name="sizes">The sizes of the launches; <see cref="SizesFor"/> for all.</param>
    /// <param name="fail">Told of each kernel that fails, at its first failure.</param>
    /// <param name="stop">Looked at at each launch.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static KernelCheckCounts Run(
        Accelerator accelerator, int seed, IEnumerable<CatalogueSizes> sizes, Action<KernelComparison> fail, CancellationToken stop)
    {
        int launches = 0;
        HashSet<string> kernels = [], failed = [];
        void Count(KernelComparison launch)
        {
            launches++;
            kernels.Add(launch.Kernel);
            if (launch.Fault is not null && failed.Add(launch.Kernel))
                fail(launch);
        }
        void Work(Accelerator processor)
        {
            foreach (CatalogueSizes one in sizes)
                KernelCatalogue.Launch(processor, one, tensorCores: false, stop);
        }
        bool complete = KernelInspector.Compare(accelerator, seed, Work, Count, stop);
        return new(kernels.Count, launches, failed.Count, complete);
    }

    /// <summary>Odd sizes, multiples of four, and, except on interpreters, the default model's, for which a GPU has other shapes.</summary>
    public static IReadOnlyList<CatalogueSizes> SizesFor(Accelerator accelerator) =>
        DeviceKind.Of(accelerator).IsForChecking
            ? [CatalogueSizes.Odd, CatalogueSizes.Even]
            : [CatalogueSizes.Odd, CatalogueSizes.Even, CatalogueSizes.Large];
}

/// <summary>What was compared.</summary>
/// <param name="Kernels">Kernels, each with its type arguments.</param>
/// <param name="Launches">Their launches that differ in more than memory.</param>
/// <param name="Failed">Kernels that fail.</param>
/// <param name="IsComplete">Whether all were compared: false where a failure put the device out of order.</param>
public sealed record KernelCheckCounts(int Kernels, int Launches, int Failed, bool IsComplete)
{
    /// <summary>Whether every kernel agrees.</summary>
    public bool Passed => IsComplete && Failed == 0;
}
