using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VaeGpu.Tests.Frontend;

/// <summary>Kernels whose declaration, parameters or structs are not allowed.</summary>
public sealed class ShapeRefusals : RefusalTests
{
    private readonly int field = 3;

    [StructLayout(LayoutKind.Explicit)]
    public struct Union
    {
        [FieldOffset(0)]
        public float Number;
        [FieldOffset(0)]
        public int Bits;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Odd
    {
        public byte First;
        public int Second;
    }

    [InlineArray(4)]
    public struct Four
    {
        public int First;
    }

    public unsafe struct Fixed
    {
        public fixed int Numbers[4];
    }

    [Test]
    public void A_kernel_captures_nothing() =>
        Refused(new Action<ArrayView<int>>(Instance), "The kernel captures variables.", "'public static void'");

    public void Instance(ArrayView<int> y) => y[0] = field; // refused

    [Test]
    public void A_kernel_returns_nothing() => Refused(Returning, "The kernel returns int.", "write results through an ArrayView");

    public static int Returning(ArrayView<int> y) => y[0]; // refused

    [Test]
    public void A_parameter_is_no_object() =>
        Refused(TakesArray, "Parameter 'values' is an object (int[]).", "ArrayView<T>, numbers, and structs");

    public static void TakesArray(ArrayView<int> y, int[] values) => y[0] = values[0]; // refused

    [Test]
    public void A_tuple_is_no_parameter() => Refused(TakesTuple, "laid out as the runtime likes, as all tuples are", "Declare a struct");

    public static void TakesTuple(ArrayView<int> y, (int A, byte B) x) => y[0] = x.A; // refused

    [Test]
    public void A_tuple_does_not_lie_in_memory() =>
        Refused(TupleView, "laid out as the runtime likes, as all tuples are", "Declare a struct");

    public static void TupleView(ArrayView<(int A, byte B)> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = (i, 3); // refused
    }

    [Test]
    public void Fields_lie_at_multiples_of_their_size() =>
        Refused(OddView, "Odd is packed so that a field lies at no multiple of its size", "Declare a struct");

    public static void OddView(ArrayView<Odd> y)
    {
        y[0].Second = 3; // refused
    }

    [Test]
    public void Fields_do_not_overlap() => Refused(UnionView, "Fields of Union overlap.", "Declare a struct");

    public static void UnionView(ArrayView<Union> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i].Number = y[i].Bits; // refused
    }

    [Test]
    public void Structs_hold_no_arrays_inside()
    {
        Refused(InlineArrays, "Four holds an array inside.", "Declare a struct");
        Refused(FixedArrays, "Fixed holds an array inside.", "Declare a struct");
    }

    public static void InlineArrays(ArrayView<Four> y)
    {
        y[1] = y[0]; // refused
    }

    public static void FixedArrays(ArrayView<Fixed> y)
    {
        y[1] = y[0]; // refused
    }
}
