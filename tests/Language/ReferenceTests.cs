namespace VaeGpu.Tests.Language;

public sealed class ReferenceTests : LanguageTests
{
    [EveryCompiler]
    public void Ref_locals_stand_for_elements_of_views(TestDevice device) => Same<int>(device, RefLocals);

    public static void RefLocals(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ref int target = ref y[i];
        target = x[i];
        target += 5;
        for (int k = 0; k < 3; k++)
        {
            ref int again = ref y[i];
            again = again * 2 + k;
        }
        ref int either = ref x[i] > 2 ? ref x[0] : ref x[i];
        target += either;
    }

    [EveryCompiler]
    public void Ref_returns_choose_an_element(TestDevice device) => Same<int>(device, RefReturns);

    public static void RefReturns(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        Element(y, i) = Element(x, i) * 2;
        Element(y, i)++;
    }

    private static ref int Element(ArrayView<int> view, int i) => ref view[i];

    [EveryCompiler]
    public void Helpers_change_locals_through_ref_parameters(TestDevice device) => Same<int>(device, RefParameters);

    public static void RefParameters(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = x[i], b = 3;
        float f = 1;
        Swap(ref a, ref b);
        for (int k = 0; k < 4; k++)
        {
            if (a > k)
                Swap(ref a, ref b);
            Bump(ref f, ref b);
        }
        ref int alias = ref a;
        if (b > 4)
            a = 7;
        else
            a = -a;
        alias += 1;
        y[i] = a * 100 + b + (int)f;
    }

    private static void Swap<T>(ref T a, ref T b) => (a, b) = (b, a);

    private static void Bump(ref float f, ref int n)
    {
        for (int k = 0; k < 2; k++)
            f += n + k;
        n--;
    }

    [EveryCompiler]
    public void Ref_locals_are_reused_for_different_variables(TestDevice device) => Same<int>(device, ReusedRefs);

    public static void ReusedRefs(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = 1, b = 2;
        if (x[i] > 0)
        {
            ref int r = ref a;
            r += x[i];
            r *= 2;
        }
        else
        {
            ref int r = ref b;
            r -= x[i];
            r *= 3;
        }
        for (int k = 0; k < 3; k++)
        {
            ref int r = ref a;
            r += k;
            ref int s = ref b;
            s += r;
        }
        y[i] = a * 1000 + b;
    }

    [EveryCompiler]
    public void Refs_reach_fields_inside_elements(TestDevice device) => Same<int, StructTests.Nested>(device, Fields, Small);

    public static void Fields(ArrayView<int> x, ArrayView<StructTests.Nested> y)
    {
        int i = Grid.GlobalIndex.X;
        ref StructTests.Counter counter = ref y[i].B;
        counter.Add(x[i]);
        counter.Add(4);
        y[i].A = new StructTests.Complex(x[i], counter.Mean);
        Increment(ref y[i].Tag);
    }

    private static void Increment(ref int n) => n += 3;

    [EveryCompiler]
    public void A_ref_to_an_element_is_carried_through_a_loop(TestDevice device) => Same<int>(device, CarriedRef);

    public static void CarriedRef(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ref int best = ref x[0];
        for (int k = 1; k <= i; k++)
        {
            if (x[k] > best)
                best = ref x[k];
        }
        y[i] = best;
    }
}
