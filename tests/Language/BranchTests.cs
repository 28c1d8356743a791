namespace VaeGpu.Tests.Language;

public sealed class BranchTests : LanguageTests
{
    public enum Color : byte
    {
        Red,
        Green = 3,
        Blue = 200,
    }

    [EveryCompiler]
    public void A_dense_switch_picks_its_case(TestDevice device) => Same<int>(device, DenseSwitch);

    public static void DenseSwitch(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, r = 7;
        switch (x[i])
        {
            case 0:
                r = 10;
                break;
            case 1:
            case 2:
                r = 20 + x[i];
                break;
            case 3:
                r *= 2;
                goto case 5;
            case 4:
                return;
            case 5:
                r += 5;
                break;
            default:
                r = -x[i];
                break;
        }
        y[i] = r;
    }

    [EveryCompiler]
    public void A_sparse_switch_picks_its_case(TestDevice device) => Same<int>(device, SparseSwitch);

    public static void SparseSwitch(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        switch (x[i] * 1000)
        {
            case -3000:
                y[i] = 1;
                break;
            case 2000:
                y[i] = 2;
                break;
            case 7000:
                y[i] = 3;
                break;
            case 16000:
                y[i] = 4;
                break;
            case 1:
                y[i] = 5;
                break;
        }
    }

    [EveryCompiler]
    public void Switch_expressions_match_constants_ranges_and_enums(TestDevice device) => Same<int>(device, SwitchExpressions);

    public static void SwitchExpressions(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        int dense = x[i] switch { 0 => 5, 1 => 4, 2 => 9, 3 => x[i] * 2, 4 => 1, _ => 0 };
        int range = x[i] switch { < -3 => 1, < 0 => 2, 0 or 1 => 3, > 10 and < 14 => 4, >= 14 => 5, _ => 6 };
        var color = (Color)(x[i] & 3);
        int named = color switch { Color.Red => 1, Color.Green => 2, Color.Blue => 3, _ => 4 };
        int pair = (x[i] > 0, range) switch { (true, 6) => 100, (true, _) => 200, (false, 2) => 300, _ => 400 };
        y[i] = dense + 10 * range + 1000 * named + 10000 * pair;
    }

    [EveryCompiler]
    public void A_switch_stands_in_a_loop_with_continue(TestDevice device) => Same<int>(device, SwitchInLoop);

    public static void SwitchInLoop(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, state = 0, sum = 0;
        for (int k = 0; k < 12; k++)
        {
            switch (state)
            {
                case 0:
                    state = x[i] > k ? 1 : 2;
                    continue;
                case 1:
                    sum += k;
                    state = 2;
                    break;
                case 2:
                    sum -= 1;
                    state = (k & 1) == 0 ? 3 : 0;
                    break;
                default:
                    y[i] = sum * 3;
                    return;
            }
            sum *= 2;
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void Conditional_operators_chain(TestDevice device) => Same<float>(device, Conditionals);

    public static void Conditionals(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float v = x[i] < 0 ? -1f : x[i] == 0 ? 0f : x[i] < 5 ? 1f + (x[i] % 2 == 0 ? 0.5f : 0.25f) : 2f;
        y[i] = v * (x[i] > 2 ? v > 1 ? 3 : 4 : 5) + Math.Max(x[i] > 1 ? x[i] : 1, x[i] < 1 ? 2 : 3);
    }

    [EveryCompiler]
    public void And_and_or_cut_short(TestDevice device) => Same<int>(device, ShortCircuit);

    public static void ShortCircuit(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i], touched = 0;
        bool a = n > 0 && Touch(ref touched, 1) || n < -3 && (Touch(ref touched, 2) || n == -5) || !(n != 0 && Touch(ref touched, 4));
        bool b = a & n % 2 == 0 | n > 7 ^ a;
        bool c = !a || !b;
        if ((a || b) && !(c && n > 2) && i + n < x.IntLength && x[Math.Max(i + n, 0)] > 1)
            touched += 100;
        y[i] = touched + (a ? 1000 : 0) + (b ? 2000 : 0) + (c ? 4000 : 0) + (a == b ? 8000 : 0) + (a != c ? 16000 : 0);
    }

    private static bool Touch(ref int touched, int bit)
    {
        touched |= bit;
        return (touched & 3) != 3;
    }

    [EveryCompiler]
    public void Variables_are_assigned_in_one_branch_only(TestDevice device) => Same<int>(device, OneBranch);

    public static void OneBranch(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = 1;
        float f = 2;
        bool late;
        if (x[i] > 2)
        {
            a = x[i];
            late = a > 5;
            if (late)
                f = a * 0.5f;
        }
        else if (x[i] < -1)
        {
            int only = x[i] * 3;
            f += only;
        }
        y[i] = a * 100 + (int)f;
    }

    [EveryCompiler]
    public void Branches_use_views_of_different_memory(TestDevice device) =>
        Assert.That(Run<int, int>(device, DifferentMemory, Small, 63, Groups),
            Is.EqualTo(Small.Select((v, i) => v > 0 ? v + i % 21 : 2 * v)));

    public static void DifferentMemory(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<int> tile = SharedMemory.Allocate<int>(32);
        tile[Group.IdxX] = Group.IdxX;
        Group.Barrier();
        if (x[i] > 0)
        {
            ArrayView<int> near = tile.SubView(Group.IdxX, 1);
            ref int element = ref near[0];
            y[i] = x[i] + element;
        }
        else
        {
            ArrayView<int> far = x.SubView(i, 1);
            ref int element = ref far[0];
            y[i] = 2 * element;
        }
    }

    [EveryCompiler]
    public void Bools_are_stored_compared_and_counted(TestDevice device) => Same<int>(device, Bools);

    public static void Bools(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        bool seen = false, other = x[i] > 3;
        for (int k = 0; k < 4; k++)
        {
            if (k == x[i])
                seen = true;
            other ^= seen;
            other = other != (k > 2);
        }
        y[i] = (seen ? 1 : 0) + (Itself(other) ? 2 : 0) + (Itself(!seen && other) ? 4 : 0);
    }

    private static bool Itself(bool value) => value;

    [EveryCompiler]
    public void Gotos_forward_and_backward_are_followed(TestDevice device) => Same<int>(device, Gotos);

    public static void Gotos(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i], turns = 0;
    again:
        turns++;
        if (n > 3)
        {
            n -= 3;
            goto again;
        }
        if (n < 0)
            goto end;
        turns += 10;
        if (n == 2)
            goto end;
        turns += 100;
    end:
        y[i] = turns;
    }
}
