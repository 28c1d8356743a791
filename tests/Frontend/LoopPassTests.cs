using VaeGpu.Gpu;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Tests.Frontend;

public sealed class LoopPassTests : PassTests
{
    [Test]
    public void The_importer_carries_only_what_is_read_later()
    {
        While loop = Only<While>(Import(Sum));
        Assert.That(loop.Initial, Has.Length.EqualTo(2), "the counter and the sum");
    }

    public static void Sum(ArrayView<int> x, ArrayView<int> y)
    {
        int sum = 0, i = Grid.GlobalIndex.X;
        for (int k = 0; k < x.IntLength; k++)
        {
            int square = x[k] * x[k], half = square >> 1;
            sum += square - half;
        }
        y[i] = sum;
    }

    [Test]
    public void A_counted_loop_is_recognized_though_its_bound_is_computed_in_its_head()
    {
        For loop = Only<For>(Verified(Counted(Sum)));
        Assert.That((((Constant)loop.Lower).Bits, loop.Step, loop.Initial.Length), Is.EqualTo((0, 1, 1)));
        Assert.That(((Instruction)loop.Upper).Op, Is.EqualTo(Op.Truncate64));
    }

    [Test]
    public void Loops_down_and_up_to_a_last_value_are_counted()
    {
        For[] loops = [.. Counted(DownAndUp).Body.All().OfType<For>()];
        Assert.That(loops.Select(l => (((Constant)l.Lower).Bits, ((Constant)l.Upper).Bits, l.Step, l.TripCount)),
            Is.EqualTo(new (long, long, long, long?)[] { (900, 2, -3, 300), (0, 1001, 2, 501) }));
    }

    public static void DownAndUp(ArrayView<int> y)
    {
        for (int k = 900; k >= 3; k -= 3)
            y[k]++;
        for (uint k = 0; k <= 1000; k += 2)
            y[(int)k]++;
    }

    [Test]
    public void A_loop_whose_bound_changes_is_not_counted()
    {
        Function function = Counted(MovingBound);
        Assert.That((Count(function, Op.For), Count(function, Op.While)), Is.EqualTo((0, 1)));
    }

    public static void MovingBound(ArrayView<int> y)
    {
        int n = y.IntLength;
        for (int k = 0; k < n; k++)
            n -= y[k];
        y[0] = n;
    }

    [Test]
    public void A_rotated_loop_has_its_barrier_under_no_condition()
    {
        Function before = Counted(Halving), after = Verified(Simplify.Apply(RotateLoops.Apply(before)));
        Assert.That(Only<While>(before).Body.Instructions[^1], Is.InstanceOf<If>());
        While loop = (While)after.Body.Instructions.Single(i => i is While);
        Assert.That(loop.Body.Instructions.Select(i => i.Op), Does.Contain(Op.Barrier), "the first test is decided: no guard");
    }

    public static void Halving(ArrayView<int> y)
    {
        for (int d = 16; d > 0; d >>= 1)
        {
            if (Group.IdxX < d)
                y[Group.IdxX] += y[Group.IdxX + d];
            Group.Barrier();
        }
    }

    [Test]
    public void A_rotated_loop_is_guarded_where_it_may_not_run()
    {
        Function after = Verified(Simplify.Apply(RotateLoops.Apply(Counted(Doubling))));
        var guard = (If)after.Body.Instructions.Single(i => i is If);
        Assert.That(guard.Then.Instructions.Single(i => i is While), Is.Not.Null);
        Assert.That(guard.Else.IsEmpty);
    }

    public static void Doubling(ArrayView<int> y)
    {
        int last = 0;
        for (int d = y.IntLength; d < 1000; d *= 2)
        {
            y[d]++;
            last = d * 3;
        }
        y[0] = last;
    }

    [Test]
    public void Short_loops_are_unrolled_and_long_ones_stay()
    {
        Function function = Verified(Simplify.Apply(Unroll.Apply(Counted(ShortAndLong))));
        Assert.That(Only<For>(function).TripCount, Is.EqualTo(1000));
        Assert.That(Count(function, Op.Store), Is.EqualTo(5));
    }

    public static void ShortAndLong(ArrayView<int> y)
    {
        for (int k = 0; k < 4; k++)
            y[k] = k;
        for (int k = 0; k < 1000; k++)
            y[k] = k;
    }

    [Test]
    public void Independent_iterations_are_interleaved_and_others_follow_each_other()
    {
        Assert.That(Arithmetic(TwoChains), Is.EqualTo(new[] { Op.Mul, Op.Mul, Op.Add, Op.Add, Op.Sqrt, Op.Sqrt }));
        Assert.That(Arithmetic(TwoChainsInOrder), Is.EqualTo(new[] { Op.Mul, Op.Add, Op.Sqrt, Op.Mul, Op.Add, Op.Sqrt }));

        static Op[] Arithmetic(Delegate kernel) =>
        [
            .. Verified(Simplify.Apply(Unroll.Apply(Counted(kernel)))).Body.All()
                .Where(i => i.Type == IrType.F32 && (i.Op is Op.Mul or Op.Add or Op.Sqrt)).Select(i => i.Op),
        ];
    }

    [Test]
    public void Loops_inside_independent_iterations_become_one_where_they_have_the_same_bounds()
    {
        Function jammed = Verified(Simplify.Apply(Unroll.Apply(Counted(TwoSums))));
        For loop = Only<For>(jammed);
        Assert.That(loop.Carried, Has.Count.EqualTo(2), "one sum for each iteration");
        Assert.That(loop.Body.Instructions.Where(i => i.Op is Op.Mul or Op.Sqrt && i.Type == IrType.F32).Select(i => i.Op),
            Is.EqualTo(new[] { Op.Mul, Op.Mul, Op.Sqrt, Op.Sqrt }));
        Function nested = Verified(Simplify.Apply(Unroll.Apply(Counted(TwoNestedSums))));
        Assert.That(nested.Body.All().OfType<For>().Select(own => own.Carried.Count), Is.EqualTo(new[] { 2, 2 }));
        Function separate = Verified(Simplify.Apply(Unroll.Apply(Counted(TwoSumsOfDifferentLengths))));
        Assert.That(separate.Body.All().OfType<For>().Select(own => own.Carried.Count), Is.EqualTo(new[] { 1, 1 }));
    }

    public static void TwoSums(ArrayView<float> x, ArrayView<float> y, int length)
    {
        for (int k = 0; k < 2; k++)
        {
            Iterations.AreIndependent();
            float sum = 0f;
            for (int i = 0; i < length; i++)
                sum += MathF.Sqrt(x[2 * i + k] * 3f);
            y[k] = sum;
        }
    }

    public static void TwoNestedSums(ArrayView<float> x, ArrayView<float> y, int length, int inner)
    {
        for (int k = 0; k < 2; k++)
        {
            Iterations.AreIndependent();
            float sum = 0f;
            for (int i = 0; i < length; i++)
            {
                for (int j = 0; j < inner; j++)
                    sum = MathF.Sqrt(sum + x[2 * i + k]);
            }
            y[k] = sum;
        }
    }

    public static void TwoSumsOfDifferentLengths(ArrayView<float> x, ArrayView<float> y, int length)
    {
        for (int k = 0; k < 2; k++)
        {
            Iterations.AreIndependent();
            float sum = 0f;
            for (int i = 0; i < length + k; i++)
                sum += MathF.Sqrt(x[2 * i + k] * 3f);
            y[k] = sum;
        }
    }

    [Test]
    public void A_loop_that_carries_a_value_is_not_interleaved_whatever_it_promises()
    {
        Function function = Verified(Simplify.Apply(Unroll.Apply(Counted(CarriedChain))));
        Assert.That(Count(function, Op.Independent), Is.Zero);
        Assert.That(Count(function, Op.Sqrt), Is.EqualTo(3));
    }

    public static void TwoChains(ArrayView<float> x, ArrayView<float> y)
    {
        for (int k = 0; k < 2; k++)
        {
            Iterations.AreIndependent();
            y[k] = MathF.Sqrt(x[k] * 3f + 2f);
        }
    }

    public static void TwoChainsInOrder(ArrayView<float> x, ArrayView<float> y)
    {
        for (int k = 0; k < 2; k++)
            y[k] = MathF.Sqrt(x[k] * 3f + 2f);
    }

    public static void CarriedChain(ArrayView<float> x, ArrayView<float> y)
    {
        float sum = 0f;
        for (int k = 0; k < 3; k++)
        {
            Iterations.AreIndependent();
            sum = MathF.Sqrt(sum + x[k]);
        }
        y[0] = sum;
    }

    [Test]
    public void A_loop_over_a_local_array_is_unrolled_however_long_and_the_array_disappears()
    {
        Function unrolled = Simplify.Apply(Unroll.Apply(Counted(Accumulators)));
        Assert.That(Count(unrolled, Op.LocalArray), Is.EqualTo(1));
        Function function = Verified(Simplify.Apply(PromoteLocals.Apply(unrolled)));
        Assert.That(function.Body.All().Where(i => i.Type.IsPointer && i.Type.Space == AddressSpace.Local), Is.Empty);
        Assert.That(Only<For>(function).Initial, Has.Length.EqualTo(40), "one carried value for each accumulator");
    }

    public static void Accumulators(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> sums = LocalMemory.Allocate<float>(40);
        for (int k = 0; k < 40; k++)
            sums[k] = 0;
        for (int row = 0; row < x.IntLength; row++)
        {
            for (int k = 0; k < 40; k++)
                sums[k] += x[row] * k;
        }
        for (int k = 0; k < 40; k++)
            y[k] = sums[k];
    }

    [Test]
    public void What_is_the_same_in_every_iteration_is_computed_before_the_loop()
    {
        Function function = Verified(Simplify.Apply(HoistInvariants.Apply(Counted(RowTimesColumn))));
        Assert.That(Only<For>(function).Body.Instructions.Where(i => i.Op == Op.Mul && i.Type == IrType.I32), Is.Empty);
        Assert.That(Count(function, Op.Mul), Is.EqualTo(2), "row times width before the loop, the product in it");
    }

    public static void RowTimesColumn(ArrayView<float> x, ArrayView<float> y, int width)
    {
        int row = Group.IdxX;
        float sum = 0;
        for (int k = 0; k < width; k++)
            sum += x[row * width + k] * y[k];
        y[row] = sum;
    }

    [Test]
    public void Values_that_a_loop_carries_for_nobody_go()
    {
        While loop = Only<While>(Simplified(DeadCarried));
        Assert.That(loop.Initial, Has.Length.EqualTo(1));
    }

    public static void DeadCarried(ArrayView<int> y)
    {
        int dead = 1, same = 5;
        for (int k = 0; k < y.IntLength; k++)
        {
            dead = dead * 3 + k;
            y[k] = same;
        }
    }

    [Test]
    public void A_loop_that_runs_once_dissolves()
    {
        Function function = Simplify.Apply(Counted(Once));
        Assert.That((Count(function, Op.For), Count(function, Op.While), Count(function, Op.Store)), Is.EqualTo((0, 0, 1)));
    }

    public static void Once(ArrayView<int> y)
    {
        for (int k = 3; k < 4; k++)
            y[k] = k;
        for (int k = 3; k < 3; k++)
            y[k] = k;
    }

    [Test]
    public void A_pointer_that_moves_over_one_view_becomes_an_offset()
    {
        Function before = Simplified(Walk), after = Verified(RootPointers.Apply(before));
        Assert.That(Only<While>(before).Results.Any(r => r.Type.IsPointer));
        Assert.That(after.Body.All().OfType<StructuredInstruction>().SelectMany(i => i.Results).Where(r => r.Type.IsPointer), Is.Empty);
    }

    public static void Walk(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> rest = Group.IdxX > 3 ? x.SubView(5, 10) : x;
        for (int k = 0; k < y.IntLength; k++)
        {
            y[Group.IdxX] += rest[0];
            rest = rest.SubView(k, 20);
        }
        y[0] = rest[0];
    }

    [Test]
    public void Pointers_that_change_places_stay_pointers()
    {
        Function function = Verified(RootPointers.Apply(Simplified(Exchange)));
        Assert.That(Only<While>(function).Initial.Count(v => v.Type.IsPointer), Is.EqualTo(2));
    }

    public static void Exchange(ArrayView<int> x, ArrayView<int> y)
    {
        for (int k = 0; k < 9; k++)
        {
            x[k] = y[k + 1];
            (x, y) = (y, x);
        }
    }
}
