using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Branches and loops with the values that go through them.</summary>
public sealed class ControlFlowTests : OpenCLFixture
{
    [Test]
    public void A_branch_gives_what_its_side_yields()
    {
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            Result[] chosen = kernel.If(b.Binary(Op.Lt, i, Constant.I32(10)),
                () => [b.Mul(i, Constant.I32(3)), Constant.I32(7)],
                () => [kernel.If(b.Binary(Op.Eq, i, Constant.I32(20)), () => [Constant.I32(-1)], () => [i])[0], i]);
            return b.Add(b.Mul(chosen[0], Constant.I32(1000)), chosen[1]);
        });
        Assert.That(results, Is.EqualTo(Expected(i => i < 10 ? i * 3000 + 7 : (i == 20 ? -1 : i) * 1000 + i)));
    }

    [Test]
    public void Carried_values_change_all_at_once()
    {
        // Fibonacci numbers: both values read the other's old one; the third stays.
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            Result[] r = kernel.For(Constant.I32(0), i, 1, [Constant.I32(0), Constant.I32(1), i], a => [a[2], b.Add(a[1], a[2]), a[3]]);
            return b.Add(r[0], r[2]);
        });
        Assert.That(results, Is.EqualTo(Expected(i =>
        {
            (int x, int y) = (0, 1);
            for (int k = 0; k < i; k++)
                (x, y) = (y, x + y);
            return x + i;
        })));
    }

    [Test]
    public void Rotating_values_do_not_run_into_each_other()
    {
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            Result[] r = kernel.For(Constant.I32(0), i, 1, [Constant.I32(1), Constant.I32(20), Constant.I32(300)], a =>
                [a[3], a[1], b.Add(a[2], a[0])]);
            return b.Binary(Op.Xor, b.Add(r[0], b.Mul(r[1], Constant.I32(3))), b.Mul(r[2], Constant.I32(7)));
        });
        Assert.That(results, Is.EqualTo(Expected(i =>
        {
            (int x, int y, int z) = (1, 20, 300);
            for (int k = 0; k < i; k++)
                (x, y, z) = (z, x, y + k);
            return (x + y * 3) ^ (z * 7);
        })));
    }

    [Test]
    public void Loops_count_up_and_down_and_may_not_run_at_all()
    {
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            Value up = kernel.For(Constant.I32(5), i, 3, [Constant.I32(0)], a => [b.Add(a[1], a[0])])[0];
            Value down = kernel.For(i, Constant.I32(5), -2, [Constant.I32(0)], a => [b.Add(a[1], a[0])])[0];
            Value wide = kernel.For(Constant.I64(0), b.Emit(Op.SignExtend, IrType.I64, [i]), 1, [Constant.I32(0)],
                a => [b.Add(a[1], b.Emit(Op.Truncate64, IrType.I32, [a[0]]))])[0];
            return b.Add(b.Mul(up, Constant.I32(10007)), b.Add(down, b.Mul(wide, Constant.I32(31))));
        });
        Assert.That(results, Is.EqualTo(Expected(i =>
        {
            (int up, int down, int wide) = (0, 0, 0);
            for (int k = 5; k < i; k += 3)
                up += k;
            for (int k = i; k > 5; k -= 2)
                down += k;
            for (int k = 0; k < i; k++)
                wide += k;
            return up * 10007 + down + wide * 31;
        })));
    }

    [Test]
    public void A_while_loop_runs_its_body_first_and_tests_the_old_values()
    {
        // The length of Collatz's sequence; the condition belongs to the values before the step.
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            return kernel.While([b.Add(i, Constant.I32(1)), Constant.I32(0)], a =>
            {
                Value half = b.Binary(Op.Shr, a[0], Constant.I32(1));
                Value even = b.Binary(Op.Eq, b.And(a[0], Constant.I32(1)), Constant.I32(0));
                Value next = b.Select(even, half, b.Add(b.Mul(a[0], Constant.I32(3)), Constant.I32(1)));
                return (b.Binary(Op.Ne, a[0], Constant.I32(1)), [next, b.Add(a[1], Constant.I32(1))]);
            })[1];
        });
        Assert.That(results, Is.EqualTo(Expected(i =>
        {
            (int x, int steps) = (i + 1, 0);
            bool again;
            do
            {
                again = x != 1;
                x = x % 2 == 0 ? x / 2 : 3 * x + 1;
                steps++;
            } while (again);
            return steps;
        })));
    }

    [Test]
    public void Nested_loops_keep_their_own_values()
    {
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            return kernel.For(Constant.I32(0), Constant.I32(5), 1, [i], outer =>
                [kernel.For(Constant.I32(0), outer[0], 1, [outer[1]], inner =>
                    [b.Add(b.Mul(inner[1], Constant.I32(3)), b.Mul(inner[0], outer[0]))])[0]])[0];
        });
        Assert.That(results, Is.EqualTo(Expected(i =>
        {
            for (int x = 0; x < 5; x++)
            {
                for (int y = 0; y < x; y++)
                    i = i * 3 + x * y;
            }
            return i;
        })));
    }

    [Test]
    public void Pointers_can_be_chosen_and_carried()
    {
        int[] results = Run((kernel, i) =>
        {
            Builder b = kernel.Builder;
            Parameter table = kernel.View();
            Value even = b.Binary(Op.Eq, b.And(i, Constant.I32(1)), Constant.I32(0));
            Value start = b.Select(even, table, b.PtrAdd(table, Constant.I32(8), 4));
            Result[] r = kernel.For(Constant.I32(0), Constant.I32(4), 1, [start, Constant.I32(0)],
                a => [b.PtrAdd(a[1], Constant.I32(1), 4), b.Add(a[2], b.Load(a[1], MemoryType.I32))]);
            return b.Add(r[1], b.Load(r[0], MemoryType.I32));
        });
        Assert.That(results, Is.EqualTo(Expected(i => Enumerable.Range(i % 2 * 8, 5).Select(k => k * k).Sum())));
    }

    private static int[] Expected(Func<int, int> value) => [.. Enumerable.Range(0, 64).Select(value)];

    /// <summary>What each of 64 threads computes; a second view holds squares.</summary>
    private int[] Run(Func<HandKernel, Value, Value> compute)
    {
        var kernel = new HandKernel();
        Parameter output = kernel.View();
        kernel.Write(output, kernel.Global, compute(kernel, kernel.Global), MemoryType.I32);
        using var results = Accelerator.Allocate1D<int>(64);
        using var squares = Accelerator.Allocate1D([.. Enumerable.Range(0, 64).Select(k => k * k)]);
        kernel.Run(Accelerator, 1, 0, results, squares);
        return results.GetAsArray1D();
    }
}
