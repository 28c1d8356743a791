namespace VaeGpu.Tests.Language;

/// <summary>What the threads of a group do together; groups are larger and smaller than vectors, and no multiples of them.</summary>
public sealed class GroupTests : LanguageTests
{
    private static readonly int[] sizes = [1, 3, 16, 21, 64, 100];

    private static int[] Input(int count) => [.. Enumerable.Range(0, count).Select(i => i * 37 % 23 - 6)];

    private static void AllSizes(TestDevice device, Action<ArrayView<int>, ArrayView<int>> kernel, Func<int[], int[]> perGroup,
        int sharedInts = 0)
    {
        foreach (int size in sizes)
        {
            int[] input = Input(3 * size);
            var config = new KernelConfig(3, size, sharedInts > 0 ? SharedMemoryConfig.RequestDynamic<int>(sharedInts * size) : default);
            Assert.That(Run(device, kernel, input, 3 * size, config), Is.EqualTo(input.Chunk(size).SelectMany(perGroup)),
                $"groups of {size}");
        }
    }

    [EveryCompiler]
    public void Shared_memory_passes_values_between_threads(TestDevice device) =>
        AllSizes(device, Reverse, group => [.. group.Reverse().Select((v, i) => v * 2 + group[(i + 1) % group.Length])]);

    public static void Reverse(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> tile = SharedMemory.Allocate<int>(128);
        int i = Grid.GlobalIndex.X, lane = Group.IdxX;
        tile[lane] = x[i];
        Group.Barrier();
        int mirrored = tile[Group.DimX - 1 - lane];
        int next = tile[(lane + 1) % Group.DimX];
        y[i] = mirrored * 2 + next;
    }

    [EveryCompiler]
    public void Dynamic_shared_memory_is_as_large_as_the_launch_says(TestDevice device) =>
        AllSizes(device, Dynamic, group => [.. group.Select((_, i) => group[(i + 1) % group.Length] - group[^(i + 1)])], 2);

    public static void Dynamic(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> all = SharedMemory.GetDynamic<int>();
        int i = Grid.GlobalIndex.X, lane = Group.IdxX;
        ArrayView<int> first = all.SubView(0, Group.DimX), second = all.SubView(Group.DimX, Group.DimX);
        first[lane] = x[i];
        second[Group.DimX - 1 - lane] = x[i];
        Group.Barrier();
        y[i] = first[(lane + 1) % Group.DimX] - second[lane];
    }

    [EveryCompiler]
    public void A_tree_sums_with_a_barrier_in_each_round(TestDevice device) =>
        AllSizes(device, Tree, group => [.. group.Select((_, i) => i == 0 ? group.Sum() : 0)]);

    public static void Tree(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> sums = SharedMemory.Allocate<int>(128);
        int i = Grid.GlobalIndex.X, lane = Group.IdxX;
        sums[lane] = x[i];
        for (int d = 64; d > 0; d >>= 1)
        {
            Group.Barrier();
            if (lane < d && lane + d < Group.DimX)
                sums[lane] += sums[lane + d];
        }
        if (lane == 0)
            y[i] = sums[0];
    }

    [EveryCompiler]
    public void Barriers_stand_in_loops_whose_bounds_are_uniform(TestDevice device) => AllSizes(device, Rotate,
        group => [.. group.Select((_, i) => Enumerable.Range(0, 4).Sum(k => k * group[(i + k) % group.Length]))]);

    public static void Rotate(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> a = SharedMemory.Allocate<int>(128), b = SharedMemory.Allocate<int>(128);
        int i = Grid.GlobalIndex.X, lane = Group.IdxX, sum = 0, rounds = Grid.DimX + 1;
        a[lane] = x[i];
        Group.Barrier();
        for (int k = 0; k < rounds; k++)
        {
            sum += k * a[lane];
            b[lane] = a[(lane + 1) % Group.DimX];
            Group.Barrier();
            (a, b) = (b, a);
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void A_loop_goes_on_until_all_threads_agree(TestDevice device) => AllSizes(device, UntilAll,
        group => [.. group.Select(v => 100 * Math.Max(1, group.Max()) + Math.Max(1, group.Max()) - v)]);

    public static void UntilAll(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, left = x[i], rounds = 0;
        do
        {
            left--;
            rounds++;
        }
        while (Group.BarrierOr(left > 0));
        y[i] = 100 * rounds - left;
    }

    [EveryCompiler]
    public void A_loop_is_gone_round_by_those_that_are_still_in_the_loop_around_it(TestDevice device) => AllSizes(device, LoopsInLoops,
        group => [.. group.Select(v => 10 * (v & 3) + 10 * Math.Max(1, v & 3) + 60 * (1 + (v & 3)))]);

    public static void LoopsInLoops(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, limit = x[i] & 3, round = 0;
        y[i] = 0;
        // A barrier somewhere makes compilers for processors think of rounds that a group makes together.
        Group.Barrier();
        for (int k = 0; k < limit; k++)
            Add(y, i, 1);
        do
            Add(y, i, 1);
        while (++round < limit);
        for (int k = 0; k <= limit; k++)
        {
            Add(y, i, 2);
            if (x[i] < 100)
                Add(y, i, 4);
        }
    }

    private static void Add(ArrayView<int> y, int i, int factor)
    {
        int j = 0;
        do
        {
            j++;
            Atomic.Add(ref y[i], factor * j);
        }
        while (j < 4);
    }

    [EveryCompiler]
    public void Votes_count_and_broadcasts_reach_every_thread(TestDevice device) => AllSizes(device, Votes, group =>
        [.. group.Select(_ => group.Count(v => v > 3) * 1000 + (group.All(v => v > -6) ? 100 : 0) + (group.Any(v => v > 14) ? 200 : 0)
            + 3 * group[group.Length / 2] + 1)]);

    public static void Votes(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        int count = Group.BarrierPopCount(x[i] > 3);
        bool all = Group.BarrierAnd(x[i] > -6), any = Group.BarrierOr(x[i] > 14);
        var pair = Group.Broadcast(new StructTests.Pair<int>(x[i], 1), Group.DimX / 2);
        y[i] = count * 1000 + (all ? 100 : 0) + (any ? 200 : 0) + 3 * pair.First + pair.Second;
    }

    [EveryCompiler]
    public void Groups_that_run_at_the_same_time_share_no_memory(TestDevice device)
    {
        // Elsewhere groups run one after the other.
        int groups = device.HasThreadsOfTheSystem ? 4 : 200;
        const int size = 64;
        int[] input = Input(groups * size);
        Assert.That(Run<int, int>(device, Crowd, input, groups, new KernelConfig(groups, size)), Is.EqualTo(input.Chunk(size)
            .Select(group => 20 * (group.Count(v => v > 3) * 100 + group.Count(v => v > 5) * 10 + group[7] - group[9] + 2 * group.Sum()))));
    }

    // Every operation stands here twice: compilers inline what is called once and share what is called again.
    public static void Crowd(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<float> sum = SharedMemory.Allocate<float>(1);
        int v = x[Grid.GlobalIndex.X], all = 0;
        if (Group.IdxX == 0)
            sum[0] = 0;
        for (int round = 0; round < 20; round++)
        {
            all += 100 * Group.BarrierPopCount(v > 3);
            all += 10 * Group.BarrierPopCount(v > 5);
            all += Group.Broadcast(v, 7);
            all -= Group.Broadcast(v, 9);
            Atomic.Add(ref sum[0], v);
            Atomic.Add(ref sum[0], v);
        }
        Group.Barrier();
        if (Group.IdxX == 0)
            y[Grid.IdxX] = all + (int)sum[0];
    }

    [EveryCompiler]
    public void A_return_of_whole_groups_stands_before_a_barrier(TestDevice device) =>
        Assert.That(Run<int, int>(device, WholeGroups, Small, 63, Groups),
            Is.EqualTo(Small.Select((_, i) => i / 21 == 1 ? 0 : Small[i / 21 * 21 + 20 - i % 21])));

    public static void WholeGroups(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> tile = SharedMemory.Allocate<int>(32);
        if (Grid.IdxX == 1)
            return;
        int i = Grid.GlobalIndex.X;
        tile[Group.IdxX] = x[i];
        Group.Barrier();
        y[i] = tile[20 - Group.IdxX];
    }

    [EveryCompiler]
    public void An_array_allocated_in_a_helper_in_a_loop_is_one_array(TestDevice device) => AllSizes(device, HelperInLoop,
        group => [.. group.Reverse()]);

    public static void HelperInLoop(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int k = 0; k < 40; k++)
            sum = Exchange(x[i], k < 39 ? Group.IdxX : Group.DimX - 1 - Group.IdxX);
        y[i] = sum;
    }

    private static int Exchange(int value, int from)
    {
        ArrayView<int> large = SharedMemory.Allocate<int>(2000);
        Group.Barrier();
        large[Group.IdxX] = value;
        Group.Barrier();
        return large[from];
    }

    [EveryCompiler]
    public void Groups_of_two_dimensions_transpose_through_shared_memory(TestDevice device)
    {
        int[] input = Input(5 * 12);
        Assert.That(Run<int, int>(device, Transpose, input, 60, new KernelConfig(new Index2D(1, 1), new Index2D(12, 5))),
            Is.EqualTo(Enumerable.Range(0, 60).Select(i => input[i % 5 * 12 + i / 5])));
    }

    public static void Transpose(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> tile = SharedMemory.Allocate<int>(60);
        tile[Group.IdxX * 5 + Group.IdxY] = x[Group.IdxY * 12 + Group.IdxX];
        MemoryFence.GroupLevel();
        Group.Barrier();
        y[Group.LinearIndex] = tile[Group.LinearIndex];
    }
}
