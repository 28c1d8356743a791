using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Bench.Figures;

/// <summary>What a launch costs besides its work: of one group, and of enough groups that every worker gets some.</summary>
internal static class LaunchFigures
{
    private const int ManyGroups = 64;
    private const int LaunchesForBytes = 10_000;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            foreach (int groups in new[] { 1, ManyGroups })
                yield return Measure("launch, queued behind others", device, groups, effort);
            yield return Measure("launch, waited for", device, 1, effort, wait: true);
            if (device.IsGpu)
            {
                yield return Step(device, StepLaunch.GraphInOrder, "graph in order", effort);
                yield return Step(device, StepLaunch.OneByOne, "launch by launch", effort);
            }
        }
        using var neighbor = new BusyNeighbor();
        foreach (BenchDevice device in devices.Where(device => device.IsCpu))
            yield return Measure("launch beside a process that burns one core", device, ManyGroups, effort);
    }

    /// <summary>
    /// What graphs buy a whole step, and what it buys that launches in them wait for nothing but the memory that they use.
    /// </summary>
    private static Figure Step(BenchDevice device, StepLaunch way, string name, Effort effort)
    {
        var size = new StepSize(128, 400);
        using var graph = new TrainingStep(device.Accelerator, size);
        using var other = new TrainingStep(device.Accelerator, size, way);
        Samples samples = Alternation.Measure(
            effort, Samplers.Of(device.Accelerator, graph.Run), Samplers.Of(device.Accelerator, other.Run));
        return new($"training step as a graph, beside {name}", device.Name, size.ToString())
        {
            Value = Quantity.Seconds(samples.Seconds(0)), Beside = Comparison.OfTimes(name, samples, Quantity.Seconds),
        };
    }

    private static Figure Measure(string what, BenchDevice device, int groups, Effort effort, bool wait = false)
    {
        Accelerator accelerator = device.Accelerator;
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        using var target = accelerator.Allocate1D<float>(groups * groupSize);
        var kernel = Touch;
        var load = accelerator.LoadStreamKernel(kernel);
        void Launch()
        {
            load(Kernels.Launch.Config(groups, groupSize), target.View);
            if (wait)
                accelerator.Synchronize();
        }

        Spread seconds = Alternation.Seconds(effort, Samplers.Of(accelerator, Launch));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < LaunchesForBytes; i++)
            Launch();
        accelerator.Synchronize();
        double bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)LaunchesForBytes;
        return new(what, device.Name, $"{groups} × {groupSize} threads")
        {
            Value = Quantity.Seconds(seconds), Note = $"{bytes:0} bytes allocated",
        };
    }

    /// <summary>Next to nothing: one store by each thread.</summary>
    private static void Touch(ArrayView<float> target) => target[Grid.IdxX * Group.DimX + Group.IdxX] = 1f;
}
