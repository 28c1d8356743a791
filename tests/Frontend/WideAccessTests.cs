using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Tests.Frontend;

/// <summary>Neighboring accesses become one where their alignment is proven, and nowhere else.</summary>
public sealed class WideAccessTests : PassTests
{
    public struct Four
    {
        public float X, Y, Z, W;
    }

    public static void Structs(ArrayView<Four> x, ArrayView<Four> y) => y[Group.IdxX] = x[Group.IdxX];

    public static void Unrolled(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> four = LocalMemory.Allocate<float>(4);
        for (int j = 0; j < 4; j++)
            four[j] = x[4 * Group.IdxX + j] * 2;
        for (int j = 0; j < 4; j++)
            y[4 * Group.IdxX + j] = four[3 - j];
    }

    public static void Backwards(ArrayView<float> x, ArrayView<float> y)
    {
        float sum = 0;
        for (int j = 3; j >= 0; j--)
            sum = sum * 3 + x[4 * Group.IdxX + j];
        y[Group.IdxX] = sum;
    }

    public static void Guarded(ArrayView<Four> x, ArrayView<Four> y) =>
        y[Group.IdxX] = Group.IdxX % 3 == 1 ? default : x[Group.IdxX];

    public static void InLoop(ArrayView<float> x, ArrayView<float> y)
    {
        float sum = 0;
        for (int k = 0; k < x.IntLength; k += 4)
            sum += x[k] * x[k + 3] + x[k + 1] * x[k + 2];
        y[Group.IdxX] = sum;
    }

    public static void InShared(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(32 * 4);
        for (int j = 0; j < 4; j++)
            shared[j * 32 + (Group.IdxX ^ 8)] = x[j * 32 + Group.IdxX];
        Group.Barrier();
        int row = (Group.IdxX * 4) ^ 16;
        y[Group.IdxX] = shared[row] * shared[row + 1] + shared[row + 2] * shared[row + 3];
    }

    public static void Odd(ArrayView<float> x, ArrayView<float> y) => y[Group.IdxX] = x[Group.IdxX] * x[Group.IdxX + 1];

    public static void Pairs(ArrayView<float> x, ArrayView<float> y) =>
        y[Group.IdxX] = x[4 * Group.IdxX + 2] * x[4 * Group.IdxX + 3] + x[4 * Group.IdxX + 1];

    public static void Overwritten(ArrayView<float> x, ArrayView<float> y)
    {
        float first = x[4 * Group.IdxX];
        y[Group.IdxX * 4 + 1] = 7;
        y[Group.IdxX * 4 + 2] = first + x[4 * Group.IdxX + 1];
    }

    public static void ReadBack(ArrayView<float> x, ArrayView<float> y)
    {
        y[2 * Group.IdxX] = 1;
        float other = y[2 * Group.IdxX + 64];
        y[2 * Group.IdxX + 1] = other;
    }

    [Test]
    public void A_struct_of_four_floats_is_loaded_and_stored_at_once() => Expect(Structs, "4", "4");

    [Test]
    public void So_are_four_elements_of_an_unrolled_loop() => Expect(Unrolled, "4", "4");

    [Test]
    public void The_order_of_the_loads_does_not_matter() => Expect(Backwards, "4", "1");

    [Test]
    public void Loads_under_one_condition_stay_under_it()
    {
        Expect(Guarded, "4", "4");
        Assert.That(Wide(Guarded, true).Body.All().Single(i => i.Op == Op.LoadWide).Operands, Has.Length.EqualTo(2));
    }

    [Test]
    public void A_counter_that_steps_by_four_is_a_multiple_of_four() => Expect(InLoop, "4", "1");

    [Test]
    public void Shared_arrays_are_aligned_whatever_the_views_are()
    {
        Expect(InShared, "11114", "11111");
        Assert.That(Widths(Wide(InShared, false), Op.Load, Op.LoadWide), Is.EqualTo("11114"));
    }

    [Test]
    public void Two_elements_are_joined_where_four_are_not_there() => Expect(Pairs, "21", "1");

    [Test]
    public void An_index_that_is_no_multiple_keeps_its_loads_single() => Expect(Odd, "11", "1");

    [Test]
    public void Views_that_may_begin_anywhere_keep_their_loads_single() => Assert.Multiple(() =>
    {
        foreach (Delegate kernel in (Delegate[])[Structs, Unrolled, Backwards, Guarded, InLoop, Pairs])
            Assert.That(Count(Wide(kernel, false), Op.LoadWide) + Count(Wide(kernel, false), Op.StoreWide), Is.Zero, kernel.Method.Name);
    });

    [Test]
    public void Nothing_moves_past_an_access_that_may_be_to_the_same_place()
    {
        Expect(Overwritten, "11", "11");
        Expect(ReadBack, "1", "11");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Results_are_those_of_single_accesses(bool alignedViews) => Assert.Multiple(() =>
    {
        foreach (Delegate kernel in (Delegate[])[Structs, Unrolled, Backwards, Guarded, InLoop, InShared, Odd, Pairs, Overwritten,
            ReadBack])
        {
            Function single = new KernelSource(kernel.Method).Optimize(Group32, 32);
            Assert.That(Run(WideAccesses.Apply(single, alignedViews)), Is.EqualTo(Run(single)), kernel.Method.Name);
        }
    });

    private static void Expect(Delegate kernel, string loads, string stores) => Assert.Multiple(() =>
    {
        Function wide = Wide(kernel, true);
        Assert.That(Widths(wide, Op.Load, Op.LoadWide), Is.EqualTo(loads), "loads");
        Assert.That(Widths(wide, Op.Store, Op.StoreWide), Is.EqualTo(stores), "stores");
    });

    private static Function Wide(Delegate kernel, bool alignedViews) =>
        WideAccesses.Apply(new KernelSource(kernel.Method).Optimize(Group32, 32), alignedViews);

    private static string Widths(Function function, Op single, Op wide) =>
        string.Concat(function.Body.All().Where(i => i.Op == single || i.Op == wide).Select(i => i.Elements));

    private static unsafe float[] Run(Function function)
    {
        using Context context = Context.Create(b => b.Interpreter(32));
        using var accelerator = context.CreateInterpreterAccelerator(0);
        using var x = accelerator.Allocate1D([.. Enumerable.Range(0, 132).Select(i => i * 0.37f - 11)]);
        using var y = accelerator.Allocate1D(new float[132]);
        byte* block = stackalloc byte[48];
        var arguments = new ArgumentPacker(block);
        arguments.Add(x.View.BaseView);
        arguments.Add(y.View.BaseView);
        accelerator.Compile(function, Group32).Launch((EngineStream)accelerator.DefaultStream, new(1, 1, 1), block, 0);
        return y.GetAsArray1D();
    }
}
