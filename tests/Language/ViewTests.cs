namespace VaeGpu.Tests.Language;

public sealed class ViewTests : LanguageTests
{
    [EveryCompiler]
    public void Views_are_cut_and_measured(TestDevice device) => Same<int>(device, Cut);

    public static void Cut(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<int> part = x.SubView(i / 2, 10), inner = part.SubView(3, 4);
        y[i] = part[1] + inner[2] * 3 + inner.IntLength * 100 + (int)part.Length * 1000 + x[(long)i] + x[(int)(uint)i];
    }

    [EveryCompiler]
    public void Views_are_cast_to_smaller_and_larger_elements(TestDevice device) => Same<long>(device, CastElements);

    public static void CastElements(ArrayView<int> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<byte> bytes = x.Cast<byte>();
        ArrayView<long> longs = x.Cast<long>();
        ArrayView<ushort> parts = y.SubView(i, 1).Cast<ushort>();
        parts[0] = bytes[4 * i];
        parts[1] = (ushort)(longs[i / 3] >> 16);
        parts[3] = x.SubView(i, 1).Cast<sbyte>()[1] < 0 ? (ushort)longs.IntLength : (ushort)bytes.Length;
    }

    [EveryCompiler]
    public void A_view_is_chosen_at_run_time(TestDevice device) => Same<int>(device, Choose);

    public static void Choose(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<int> from = x[i] > 0 ? x.SubView(5, 20) : x;
        for (int k = 0; k < 3; k++)
        {
            y[i] += from[k];
            from = from.SubView(1, from.IntLength - 1);
        }
        y[i] += from.IntLength;
    }

    [EveryCompiler]
    public void Extension_methods_and_local_functions_take_views(TestDevice device) => Same<int>(device, Helpers);

    public static void Helpers(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        y.Put(i, Larger(x.Get(i), x.Get(0)));

        static int Larger(int a, int b) => a > b ? a : b;
    }

    [EveryCompiler]
    public void Every_small_integer_lies_in_memory_as_on_the_host(TestDevice device)
    {
        Same<int, byte>(device, ToMemory<byte, AsByte>, Extreme);
        Same<int, sbyte>(device, ToMemory<sbyte, AsSByte>, Extreme);
        Same<int, short>(device, ToMemory<short, AsShort>, Extreme);
        Same<int, ushort>(device, ToMemory<ushort, AsUShort>, Extreme);
        Same<int, bool>(device, ToMemory<bool, AsBool>, Extreme);
        Same<int, char>(device, ToMemory<char, AsChar>, Extreme);
    }

    public interface IConvert<T> where T : unmanaged
    {
        static abstract T From(int v, T old);
    }

    public readonly struct AsByte : IConvert<byte>
    {
        public static byte From(int v, byte old) => (byte)(old + v);
    }

    public readonly struct AsSByte : IConvert<sbyte>
    {
        public static sbyte From(int v, sbyte old) => (sbyte)(old - v);
    }

    public readonly struct AsShort : IConvert<short>
    {
        public static short From(int v, short old) => (short)(old * 3 + v);
    }

    public readonly struct AsUShort : IConvert<ushort>
    {
        public static ushort From(int v, ushort old) => (ushort)(old / 3 + v);
    }

    public readonly struct AsBool : IConvert<bool>
    {
        public static bool From(int v, bool old) => v > 3 ^ old;
    }

    public readonly struct AsChar : IConvert<char>
    {
        public static char From(int v, char old) => (char)(v + old);
    }

    public static void ToMemory<T, TConvert>(ArrayView<int> x, ArrayView<T> y) where T : unmanaged where TConvert : struct, IConvert<T>
    {
        int i = Grid.GlobalIndex.X;
        for (int k = 0; k < 3; k++)
            y[i] = TConvert.From(x[i], y[i]);
    }
}

public static class ViewExtensions
{
    public static int Get(this ArrayView<int> view, int i) => view[i];

    public static void Put(this ArrayView<int> view, int i, int value) => view[i] = value;
}
