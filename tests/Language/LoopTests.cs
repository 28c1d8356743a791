namespace VaeGpu.Tests.Language;

public sealed class LoopTests : LanguageTests
{
    [EveryCompiler]
    public void For_while_and_do_nest(TestDevice device) => Same<int>(device, Nested);

    public static void Nested(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int a = 0; a < 4; a++)
        {
            int b = x[i];
            while (b > a)
            {
                int c = 0;
                do
                {
                    sum = sum * 3 + c;
                    c += 2;
                }
                while (c < b);
                b -= 3;
            }
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void Break_and_continue_leave_and_skip(TestDevice device) => Same<int>(device, BreakAndContinue);

    public static void BreakAndContinue(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int k = 0; k < 30; k++)
        {
            if (k % 3 == 1)
                continue;
            sum += k;
            if (sum > x[i] * x[i])
                break;
            sum ^= 1;
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void A_loop_has_several_ways_out(TestDevice device) => Same<int>(device, SeveralExits);

    public static void SeveralExits(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i], found = -1, steps = 0;
        while (true)
        {
            steps++;
            if (n == 1)
            {
                found = 1;
                break;
            }
            if (steps > 20)
            {
                found = 2;
                break;
            }
            if (n < 0)
                break;
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        }
        y[i] = found * 100 + steps;
    }

    [EveryCompiler]
    public void Inner_loops_break_while_outer_ones_go_on(TestDevice device) => Same<int>(device, InnerBreaks);

    public static void InnerBreaks(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, count = 0;
        for (int a = 0; a < 6; a++)
        {
            if (a == x[i])
                continue;
            for (int b = 0; b < 6; b++)
            {
                if (a * b > x[i])
                    break;
                if (b == 2)
                    continue;
                count += a + 10 * b;
            }
            if (count > 100)
                break;
        }
        y[i] = count;
    }

    [EveryCompiler]
    public void A_kernel_returns_from_inside_loops(TestDevice device) => Same<int>(device, EarlyReturn);

    public static void EarlyReturn(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = -1;
        if (x[i] < 0)
            return;
        for (int a = 0; a < 5; a++)
        {
            for (int b = 0; b < 5; b++)
            {
                if (a * b == x[i])
                {
                    y[i] = a * 10 + b;
                    return;
                }
            }
            y[i] = 1000 + a;
        }
    }

    [EveryCompiler]
    public void Inlined_helpers_return_from_inside_loops(TestDevice device) => Same<int>(device, HelperReturns);

    public static void HelperReturns(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int k = 0; k < 3; k++)
            sum = sum * 31 + FirstDivisor(Math.Abs(x[i]) + 2 + k);
        y[i] = sum;
    }

    private static int FirstDivisor(int n)
    {
        if (n % 2 == 0)
            return 2;
        for (int d = 3; d * d <= n; d += 2)
        {
            if (n % d == 0)
                return d;
        }
        return n;
    }

    [EveryCompiler]
    public void Conditions_in_loop_headers_are_compound(TestDevice device) => Same<int>(device, CompoundHeaders);

    public static void CompoundHeaders(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i], sum = 0;
        for (int k = 0, m = 20; k < m && (n > 0 || k < 5); k++, m--)
            sum += k * m;
        while (sum > 10 && sum % 7 != 0 || n-- > 12)
            sum -= 3;
        do
            sum++;
        while (!(sum % 5 == 0 || sum > 90));
        y[i] = sum;
    }

    [EveryCompiler]
    public void Loops_count_down_by_steps_and_with_every_type(TestDevice device) => Same<int>(device, Counters);

    public static void Counters(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i] & 15, sum = 0;
        for (int k = n; k >= 0; k--)
            sum = sum * 3 + k;
        for (int k = 100; k > n; k -= 7)
            sum = sum * 5 + k;
        for (uint k = 0; k < (uint)n; k += 3)
            sum = sum * 7 + (int)k;
        for (uint k = 0xFFFFFFF0u; k != 0xFFFFFFF0u + (uint)n; k++)
            sum += (int)(k >> 28);
        for (long k = -5; k <= n; k += 2)
            sum = sum * 11 + (int)k;
        for (byte k = 250; k > 5; k++)
            sum += k;
        for (short k = (short)n; k < 20; k += 6)
            sum = sum * 13 + k;
        for (int d = 64; d > 0; d >>= 1)
            sum = sum * 17 + d;
        for (ulong k = 1; k < 1000; k *= 3)
            sum ^= (int)k;
        y[i] = sum;
    }

    [EveryCompiler]
    public void Loops_can_have_no_iterations(TestDevice device) => Same<int>(device, NoIterations);

    public static void NoIterations(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 1;
        for (int k = 5; k < x[i]; k++)
            sum += k;
        for (int k = 0; k < 0; k++)
            sum += 1000;
        for (int k = 0; k > 3; k--)
            sum += 1000;
        for (int k = 0; k <= -1; k++)
            sum += 1000;
        while (sum < 0)
            sum++;
        y[i] = sum;
    }

    [EveryCompiler]
    public void Inner_bounds_depend_on_outer_counters(TestDevice device) => Same<int>(device, Triangle);

    public static void Triangle(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int a = 0; a < x[i]; a++)
        {
            for (int b = a; b < 2 * a; b++)
            {
                for (int c = b - a; c > 0; c -= 2)
                    sum += a ^ b + c;
            }
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void Counters_are_changed_in_the_body_and_read_behind_the_loop(TestDevice device) => Same<int>(device, ChangedCounter);

    public static void ChangedCounter(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, k, sum = 0;
        for (k = 0; k < 20; k++)
        {
            if (k == x[i])
                k += 3;
            sum += k;
        }
        int j;
        for (j = x[i]; j < 7; j++)
            sum ^= j;
        y[i] = sum * 100 + k + j;
    }

    [EveryCompiler]
    public void Values_on_the_evaluation_stack_have_other_types_in_a_loop_than_before_it(TestDevice device) =>
        Same<float>(device, StackTypes);

    public static void StackTypes(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float sum = x[i] * (x[i] > 3 ? Half(x[i]) : Twice(x[i]));
        for (int k = 0; k < 3; k++)
            sum += Math.Abs(k - (sum > 2 ? x[i] : k));
        if (x[i] > 0)
            sum *= 2 + (x[i] > 4 ? k4 : 0.25f);
        else
            sum -= (int)sum + (x[i] < -2 ? x[i] : 2);
        y[i] = sum;
    }

    private const float k4 = 4.5f;

    private static float Half(float v) => v * 0.5f;

    private static float Twice(float v) => v * 2;

    [EveryCompiler]
    public void Loops_swap_and_shift_their_variables(TestDevice device) => Same<int>(device, Swap);

    public static void Swap(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = x[i], b = 1, c = 2;
        for (int k = 0; k < 5; k++)
            (a, b, c) = (b, c, a + b);
        while (b != 0 && a > -100 && a < 1 << 20)
            (a, b) = (b, a % b);
        y[i] = a * 7 + c;
    }
}
