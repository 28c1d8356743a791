using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Estimates what all groups of a launch do together from a few along each axis of the grid: f(x, y, z) of operations, and of the bytes of
/// each view, is taken for a product of functions of x, y and z, as it is where a group works on a tile. Each function is summed up over
/// its axis: over all groups up to a number, beyond that in proportion, with the last group for itself.
/// </summary>
/// <param name="grid">The grid.</param>
/// <param name="most">The groups of an axis that run, but for the last: an even number.</param>
/// <param name="counters">What counts the groups that run.</param>
/// <param name="run">Runs one group, given by its place in the grid's order.</param>
internal sealed class GroupSample(Index3D grid, int most, Counters counters, Action<int> run)
{
    /// <summary>The usual number of groups of an axis.</summary>
    public const int Usual = 16;

    /// <summary>The counts of all groups.</summary>
    public GroupCounts Estimate()
    {
        GroupCounts first = Run(0..1, 1);
        Counters before = counters.Copy();
        int[] axes = [.. Enumerable.Range(0, 3).Where(axis => Size(axis) > 1)];
        return axes.Select(axis => Along(axis, before)).Aggregate(first, (sum, axis) =>
            sum.Combine(axis, first, (a, b, c) => c == 0 ? 0 : a * b / c));
    }

    private int Size(int axis) => axis switch { 0 => grid.X, 1 => grid.Y, _ => grid.Z };

    /// <summary>The counts of the groups along an axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="first">Those of the first one.</param>
    private GroupCounts Along(int axis, Counters first)
    {
        int length = Size(axis), stride = axis switch { 0 => 1, 1 => grid.X, _ => grid.X * grid.Y };
        counters.Continue(first);
        if (length <= most + 1)
            return Run(1..length, stride);
        int half = most / 2;
        GroupCounts few = Run(1..half, stride), many = Run(half..most, stride), last = Run((length - 1)..length, stride);
        // Of the groups between, each does what one of the second half does.
        double factor = (double)(length - 1 - most) / (most - half);
        return last.Combine(many, few, (all, a, b) => all + factor * (a - b));
    }

    /// <summary>Runs groups that lie apart by a stride, and gives all that the counters have then.</summary>
    private GroupCounts Run(Range groups, int stride)
    {
        for (int group = groups.Start.Value; group < groups.End.Value; group++)
            run(group * stride);
        return GroupCounts.Of(counters);
    }
}

/// <summary>Operations and accesses of some groups, and the bytes of each view that they read and write, each once.</summary>
internal sealed record GroupCounts(
    double Flops, double Operations, double Divisions, double AccessedBytes,
    IReadOnlyDictionary<((Memory, long) View, Touch Touch), double> Touched)
{
    /// <summary>Bytes of all views that are read, and that are written.</summary>
    public double Bytes => Touched.Where(of => of.Key.Touch != Touch.Either).Sum(of => of.Value);

    /// <summary>Bytes of all views that are touched.</summary>
    public double Footprint => Touched.Where(of => of.Key.Touch == Touch.Either).Sum(of => of.Value);

    /// <summary>What was counted so far.</summary>
    public static GroupCounts Of(Counters counters) => new(
        counters.Flops, counters.Operations, counters.Divisions, counters.AccessedBytes,
        counters.Touched.ByView().ToDictionary(of => (of.View, of.Touch), of => (double)of.Bytes));

    /// <summary>The counts alone, whatever memory they are of.</summary>
    public LaunchCounts Whole =>
        new(Round(Flops), Round(Operations), Round(Divisions), Round(Bytes), Round(AccessedBytes), Round(Footprint));

    /// <summary>Each count combined with those of the others.</summary>
    public GroupCounts Combine(GroupCounts a, GroupCounts b, Func<double, double, double, double> combine) => new(
        combine(Flops, a.Flops, b.Flops), combine(Operations, a.Operations, b.Operations),
        combine(Divisions, a.Divisions, b.Divisions), combine(AccessedBytes, a.AccessedBytes, b.AccessedBytes),
        Touched.Keys.Union(a.Touched.Keys).ToDictionary(key => key, key => combine(
            Touched.GetValueOrDefault(key), a.Touched.GetValueOrDefault(key), b.Touched.GetValueOrDefault(key))));

    private static long Round(double count) => (long)Math.Round(count);
}

/// <summary>What a launch does: see <see cref="KernelLaunch"/>.</summary>
internal readonly record struct LaunchCounts(
    long Flops, long Operations, long Divisions, long Bytes, long AccessedBytes, long Footprint);
