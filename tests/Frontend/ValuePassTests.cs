using System.Reflection;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Tests.Frontend;

public sealed class ValuePassTests : PassTests
{
    [Test]
    public void The_shape_of_the_group_becomes_constants()
    {
        Function function = Verified(Specialize.Apply(Import(Dimensions), new Index3D(32, 1, 2), 16));
        Assert.That(function.Body.All().Select(i => i.Op), Has.None.AnyOf(Op.GroupDim, Op.LaneIndex, Op.WarpSize, Op.WarpIndex));
        Assert.That(function.Body.All().Where(i => i.Op == Op.GroupIndex).Select(i => i.Attribute).Distinct(),
            Is.EquivalentTo(new[] { 0, 2 }));
    }

    public static void Dimensions(ArrayView<int> y) =>
        y[Group.LinearIndex] = Group.IdxX + Group.IdxY + Group.IdxZ + Group.DimX * Group.DimY + Warp.LaneIdx + Warp.WarpIdx + Warp.WarpSize;

    [Test]
    public void Equal_expressions_are_computed_once()
    {
        Function function = Simplified(Twice);
        Assert.That((Count(function, Op.Mul), Count(function, Op.Load)), Is.EqualTo((1, 1)));
    }

    public static void Twice(ArrayView<float> y)
    {
        float v = y[Group.IdxX];
        y[Group.IdxX] = v * 3 + (v * 3 - 1);
    }

    [Test]
    public void Signs_below_a_magnitude_are_removed()
    {
        Function function = Simplified(Magnitudes);
        Assert.That((Count(function, Op.Neg), Count(function, Op.Abs)), Is.EqualTo((0, 1)));
    }

    public static void Magnitudes(ArrayView<float> y)
    {
        float v = y[Group.IdxX];
        y[Group.IdxX] = MathF.Abs(-v) + MathF.Abs(MathF.Abs(v)) + -(-v);
    }

    [Test]
    public void A_product_of_32_bit_numbers_is_computed_in_halves()
    {
        Function function = Simplified(Halves);
        Assert.That(function.Body.All().Where(i => i.Op is Op.Mul or Op.MulHighU).Select(i => (i.Op, i.Type)),
            Is.EquivalentTo(new[] { (Op.MulHighU, IrType.I32), (Op.Mul, IrType.I32) }));
    }

    public static void Halves(ArrayView<uint> y)
    {
        ulong product = (ulong)0xD2511F53 * y[Group.IdxX];
        y[Group.IdxX] = (uint)(product >> 32) ^ (uint)product;
    }

    // One product with 1/ln 2 for each exponential.
    [TestCase(typeof(InRegisters<Bernoulli>)), TestCase(typeof(InRegisters<Hybrid>))]
    public void A_loss_and_its_gradient_share_their_exponential(Type likelihood)
    {
        MethodInfo kernel = typeof(Reconstruction).GetMethod(nameof(Reconstruction.LossAndGradient))!.MakeGenericMethod(likelihood);
        Function function = new KernelSource(kernel).Optimize(Group32, 16);
        Assert.That(function.Body.All().Count(i => i.Op == Op.Mul && i.Operands.Any(IsLog2E)), Is.EqualTo(1));

        static bool IsLog2E(Value value) => value is Constant constant && constant.SameAs(Constant.F32(1.44269504f));
    }

    [Test]
    public void What_nothing_needs_is_removed()
    {
        Function function = Simplified(Unneeded);
        Assert.That(function.Body.All().Select(i => i.Op), Is.EquivalentTo(new[] { Op.Store }));
    }

    public static void Unneeded(ArrayView<float> y)
    {
        float dead = y[3] * 2;
        if (dead > 2)
            dead += y[1];
        y[0] = 7;
    }

    [Test]
    public void A_small_branch_becomes_a_select_and_its_load_a_conditional_one()
    {
        Function function = Verified(IfConversion.Apply(Simplified(Guarded)));
        Assert.That((Count(function, Op.If), Count(function, Op.Select)), Is.EqualTo((0, 1)));
        Assert.That(function.Body.All().Single(i => i.Op == Op.Load).Operands, Has.Length.EqualTo(3));
    }

    public static void Guarded(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = i < x.IntLength ? x[i] * 2 : -1;
    }

    [Test]
    public void A_branch_that_stores_stays_a_branch() =>
        Assert.That(Count(Verified(IfConversion.Apply(Simplified(Storing))), Op.If), Is.EqualTo(1));

    public static void Storing(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        if (i < x.IntLength)
            y[i] = x[i];
    }

    [Test]
    public void An_element_is_loaded_once_for_a_test_and_its_branch() => Assert.That(Loads(Relu), Is.EqualTo(1));

    public static void Relu(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = x[i] > 0 ? x[i] : 0f;
    }

    [Test]
    public void What_was_stored_is_known()
    {
        Assert.That(Loads(StoredThenRead), Is.EqualTo(0));
        Assert.That(Loads(StoredInFewerBits), Is.EqualTo(1), "the store cut the number");
    }

    public static void StoredThenRead(ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = i * 3;
        y[i] += 2;
    }

    public static void StoredInFewerBits(ArrayView<byte> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = (byte)(i * 3);
        y[i] += 2;
    }

    [Test]
    public void Whatever_may_have_written_there_makes_a_load_new()
    {
        Assert.That(Loads(StoreBetween), Is.EqualTo(2));
        Assert.That(Loads(BarrierBetween), Is.EqualTo(2));
        Assert.That(Loads(AtomicBetween), Is.EqualTo(2));
        Assert.That(Loads(BranchBetween), Is.EqualTo(2));
        Assert.That(Loads(LoopBetween), Is.EqualTo(3));
    }

    public static void StoreBetween(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[0];
        y[0] = 3;
        y[1] = v + x[0];
    }

    public static void BarrierBetween(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[0];
        Group.Barrier();
        y[1] = v + x[0];
    }

    public static void AtomicBetween(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[0];
        Atomic.Add(ref y[0], 3);
        y[1] = v + x[0];
    }

    public static void BranchBetween(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[0];
        if (Group.IdxX > 3)
            y[0] = 3;
        y[1] = v + x[0];
    }

    public static void LoopBetween(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[0];
        for (int k = 0; k < y.IntLength; k++)
            y[k] = x[0];
        y[1] = v + x[0];
    }

    [Test]
    public void A_store_to_shared_memory_changes_nothing_in_global_memory() => Assert.That(Loads(SharedBetween), Is.EqualTo(1));

    public static void SharedBetween(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> tile = SharedMemory.Allocate<int>(32);
        tile[Group.IdxX] = x[0];
        tile[31 - Group.IdxX] = x[0] * 2;
        y[1] = x[0];
    }

    private static int Loads(Delegate kernel) => Count(Verified(Simplify.Apply(ReuseLoads.Apply(Simplified(kernel)))), Op.Load);

    [Test]
    public void Lanes_next_to_each_other_are_seen_to_access_elements_next_to_each_other()
    {
        Function function = Simplified(Shapes);
        var variance = Variance.Analyze(function, Group32, 16);
        Instruction store = function.Body.All().Single(i => i.Op == Op.Store);
        Instruction[] loads = [.. function.Body.All().Where(i => i.Op == Op.Load)];
        Assert.Multiple(() =>
        {
            Assert.That(variance.Of(store.Operands[0]), Is.EqualTo(Shape.Affine(4)));
            Assert.That(loads.Select(l => variance.Of(l.Operands[0])),
                Is.EqualTo(new[] { Shape.Affine(-8), Shape.Uniform, Shape.Varying }));
            Assert.That(loads.Select(variance.Of), Is.EqualTo(new[] { Shape.Varying, Shape.Uniform, Shape.Varying }));
        });
    }

    public static void Shapes(ArrayView<int> x, ArrayView<int> y)
    {
        int lane = Group.IdxX;
        int back = x[100 - 2 * lane], same = x[Grid.IdxX], any = x[back & 7];
        y[Grid.GlobalIndex.X] = back + same + any;
    }
}
