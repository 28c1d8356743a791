using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Estimates what all groups of a launch do together from a few along each axis of the grid: f(x, y, z) of operations, and of the bytes of
/// each view, is taken for a product of functions of x, y and z, as it is where a group works on a tile. Each function is summed up over
/// its axis: over all groups up to <see cref="Most"/>, beyond that in proportion, with the last group for itself.
/// </summary>
/// <param name="grid">The grid.</param>
/// <param name="run">Runs one group, given by its place in the grid's order, with counters.</param>
internal sealed class GroupSample(Index3D grid, Action<int, Counters> run)
{
    private const int Most = 16;

    /// <summary>The counts of all groups.</summary>
    public GroupCounts Estimate()
    {
        GroupCounts first = Along(1, 1);
        GroupCounts[] axes = [Along(grid.X, 1), Along(grid.Y, grid.X), Along(grid.Z, grid.X * grid.Y)];
        return axes.Where((_, axis) =>
            Size(axis) > 1).Aggregate(first, (sum, axis) => sum.Combine(axis, first, (a, b, c) => c == 0 ? 0 : a * b / c));
    }

    private int Size(int axis) => axis switch { 0 => grid.X, 1 => grid.Y, _ => grid.Z };

    /// <summary>The counts of the groups along an axis, <paramref name="stride"/> apart, from the first one on.</summary>
    private GroupCounts Along(int length, int stride)
    {
        var touched = new TouchedBytes(byView: true);
        var counters = new Counters(touched);
        if (length <= Most + 1)
            return Until(length);
        int half = Most / 2;
        GroupCounts few = Until(half), many = Run(half, Most), last = Run(length - 1, length);
        // Of the groups between, each does what one of the second half does.
        double factor = (double)(length - 1 - Most) / (Most - half);
        return last.Combine(many, few, (all, a, b) => all + factor * (a - b));

        GroupCounts Until(int end) => Run(0, end);

        GroupCounts Run(int start, int end)
        {
            for (int group = start; group < end; group++)
                run(group * stride, counters);
            return GroupCounts.Of(counters, touched);
        }
    }
}

/// <summary>Operations and accesses of some groups, and the bytes of each view that they read and write, each once.</summary>
internal sealed record GroupCounts(double Flops, double AccessedBytes, IReadOnlyDictionary<((Memory, long) View, Touch Touch),
    double> Touched)
{
    /// <summary>Bytes of all views that are read, and that are written.</summary>
    public double Bytes => Touched.Where(of => of.Key.Touch != Touch.Either).Sum(of => of.Value);

    /// <summary>Bytes of all views that are touched.</summary>
    public double Footprint => Touched.Where(of => of.Key.Touch == Touch.Either).Sum(of => of.Value);

    /// <summary>What was counted so far.</summary>
    public static GroupCounts Of(Counters counters, TouchedBytes touched) => new(
        counters.Flops, counters.AccessedBytes, touched.ByView().ToDictionary(of => (of.View, of.Touch), of => (double)of.Bytes));

    /// <summary>Each count combined with those of the others.</summary>
    public GroupCounts Combine(GroupCounts a, GroupCounts b, Func<double, double, double, double> combine) => new(
        combine(Flops, a.Flops, b.Flops), combine(AccessedBytes, a.AccessedBytes, b.AccessedBytes),
        Touched.Keys.Union(a.Touched.Keys).ToDictionary(key => key, key => combine(
            Touched.GetValueOrDefault(key), a.Touched.GetValueOrDefault(key), b.Touched.GetValueOrDefault(key))));
}
