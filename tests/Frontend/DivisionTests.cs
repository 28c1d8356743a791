using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Tests.Frontend;

/// <summary>Divisions by constants go, where that is exact, and give what they gave.</summary>
public sealed class DivisionTests : PassTests
{
    public static void Places(ArrayView<int> y)
    {
        int i = Grid.IdxX * 0 + Group.IdxX;
        y[i] = i / 4 + i % 4 * 10 + i / 7 * 100 + i % 7 * 1000 + i / 8 % 3;
    }

    public static void Unsigned(ArrayView<int> x, ArrayView<int> y)
    {
        uint value = (uint)x[Group.IdxX];
        y[Group.IdxX] = (int)(value / 16 + value % 16);
    }

    public static void Unknown(ArrayView<int> x, ArrayView<int> y) => y[Group.IdxX] = x[Group.IdxX] / 4 + x[Group.IdxX] % 6;

    public static void Every(ArrayView<int> x, ArrayView<int> y)
    {
        int value = x[Group.IdxX] & int.MaxValue, start = Group.IdxX * 20;
        y[start] = value / 2;
        y[start + 1] = value / 3;
        y[start + 2] = value / 5;
        y[start + 3] = value / 7;
        y[start + 4] = value / 10;
        y[start + 5] = value / 641;
        y[start + 6] = value / 784;
        y[start + 7] = value / 65537;
        y[start + 8] = value / 1000000007;
        y[start + 9] = value / int.MaxValue;
        y[start + 10] = value % 3;
        y[start + 11] = value % 784;
        y[start + 12] = value % int.MaxValue;
        y[start + 13] = value % 1024;
        y[start + 14] = value / (1 << 30);
        y[start + 15] = (int)((uint)x[Group.IdxX] % 7 / 3);
        y[start + 16] = x[Group.IdxX] / 7;
        y[start + 17] = x[Group.IdxX] % 8;
        y[start + 18] = (int)((uint)x[Group.IdxX] / 8);
        y[start + 19] = (int)((uint)x[Group.IdxX] >> 1) / 6;
    }

    [Test]
    public void Places_in_a_group_are_divided_by_shifts_masks_and_products() => Assert.That(Left(Places), Is.Zero);

    [Test]
    public void Numbers_without_a_sign_are_divided_by_powers_of_two_by_shift_and_mask() => Assert.That(Left(Unsigned), Is.Zero);

    [Test]
    public void What_may_be_negative_is_still_divided() => Assert.That(Left(Unknown), Is.EqualTo(2));

    [Test]
    public unsafe void Every_quotient_and_remainder_is_what_it_was()
    {
        int[] values =
            [0, 1, 2, 3, 6, 7, 783, 784, 785, 65536, 65537, 1 << 30, (1 << 30) - 1, int.MaxValue - 1, int.MaxValue, -1, -7, int.MinValue,
            .. Enumerable.Range(0, 14).Select(_ => Random.Shared.Next(int.MinValue, int.MaxValue))];
        Function kernel = Simplified(Every);
        Assert.That(Run(Divisions.Apply(kernel, Group32), values), Is.EqualTo(Run(kernel, values)), string.Join(", ", values));
    }

    private static int Left(Delegate kernel) => Divisions.Apply(Simplified(kernel), Group32).Body.All()
        .Count(i => i.Op is Op.Div or Op.DivU or Op.Rem or Op.RemU);

    private static unsafe int[] Run(Function function, int[] values)
    {
        using Context context = Context.Create(b => b.Interpreter(32));
        using var accelerator = context.CreateInterpreterAccelerator(0);
        using var x = accelerator.Allocate1D(values);
        using var y = accelerator.Allocate1D(new int[values.Length * 20]);
        byte* block = stackalloc byte[48];
        var arguments = new ArgumentPacker(block);
        arguments.Add(x.View.BaseView);
        arguments.Add(y.View.BaseView);
        accelerator.Compile(function, Group32).Launch((EngineStream)accelerator.DefaultStream, new(1, 1, 1), block, 0);
        return y.GetAsArray1D();
    }
}
