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
    public void Fields_lie_at_multiples_of_their_size() =>
        Refused(OddView, "Odd is packed so that a field is not aligned to its size", "Declare a struct");

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
}
