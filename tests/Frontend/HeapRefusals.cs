using ILGPU.Runtime.Cuda;
namespace VaeGpu.Tests.Frontend;

/// <summary>What needs a heap, an object, or the runtime.</summary>
public sealed class HeapRefusals : RefusalTests
{
    public sealed class Box
    {
        public int Value;

        public int Get() => Value;
    }

    public interface ISource
    {
        int Next();
    }

    public abstract class Base
    {
        public abstract int Next();
    }

    private static int counter;
    private static int[] table = [1, 2, 3];
    private static Func<int, int> changeable = v => v + 1;

    [Test]
    public void An_object_is_not_allocated() => Refused(NewObject, "An object of class Box is allocated on the heap.", "Make it a struct");

    public static void NewObject(ArrayView<int> y)
    {
        y[0] = 1;
        var box = new Box { Value = 3 }; // refused
        y[1] = box.Get();
    }

    [Test]
    public void An_array_of_a_length_that_is_not_known_is_not_allocated() =>
        Refused(NewArray, "An array is allocated with a length that is not a constant.", "LocalMemory.Allocate<T>(n)");

    public static void NewArray(ArrayView<int> y)
    {
        var a = new int[y[2]]; // refused
        a[1] = 2;
        y[0] = a[1];
    }

    [Test]
    public void A_helper_is_named_with_its_line() => Refused(InHelper, nameof(Helper), "HeapRefusals.Helper", "LocalMemory.Allocate<T>(n)");

    public static void InHelper(ArrayView<int> y) => y[0] = Helper(y[1]);

    private static int Helper(int n)
    {
        n++;
        return new int[n].Length; // refused
    }

    [Test]
    public void Assembly_is_written_with_arguments_that_there_are() =>
        Refused(Missing, "names %2, and there are 2 arguments", "Count from %0");

    public static void Missing(ArrayView<int> x) =>
        CudaAsm.Emit("add.s32 %0, %1, %2;", out int _, x[0]); // refused

    [Test]
    public void Assembly_takes_numbers_of_32_or_64_bits() => Refused(Narrow, "CudaAsm is given a", "32 or 64 bits");

    public static void Narrow(ArrayView<byte> x) =>
        CudaAsm.Emit("mov.u32 %0, %1;", out int _, x[0]); // refused

    [Test]
    public void A_string_is_not_used_beside_assembly() => Refused(TextBeside, "string.Length is called on an object", "static methods");

    public static void TextBeside(ArrayView<int> x)
    {
        CudaAsm.Emit("bar.sync 0;");
        x[0] = "four".Length; // refused
    }

    [Test]
    public void A_string_is_not_used() => Refused(Text, "A string is used.", "pass numbers");

    public static void Text(ArrayView<int> y)
    {
        string s = "text";
        y[0] = s.Length; // refused
    }

    [Test]
    public void A_value_is_not_boxed() => Refused(Boxing, "A value is boxed", "generics with struct constraints");

    public static void Boxing(ArrayView<int> y)
    {
        object o = y[0]; // refused
        y[1] = o.GetHashCode();
    }

    [Test]
    public void An_array_outside_is_not_read() =>
        Refused(StaticArray, "The static field HeapRefusals.table is read.", "pass it as a parameter");

    public static void StaticArray(ArrayView<int> y)
    {
        y[0] = 2;
        y[1] = table[1]; // refused
    }

    [Test]
    public void A_static_field_is_not_read() =>
        Refused(ReadStatic, "The static field HeapRefusals.counter is read.", "pass it as a parameter");

    public static void ReadStatic(ArrayView<int> y)
    {
        y[0] = counter; // refused
    }

    [Test]
    public void A_static_field_is_not_written() =>
        Refused(WriteStatic, "The static field HeapRefusals.counter is written.", "through an ArrayView");

    public static void WriteStatic(ArrayView<int> y)
    {
        int v = y[0];
        counter = v; // refused
    }

    [Test]
    public void An_interface_is_not_called() =>
        Refused(CallInterface, "Parameter 'source' is an object (ISource).", "ArrayView<T>, numbers, and structs");

    public static void CallInterface(ArrayView<int> y, ISource source) => y[0] = source.Next(); // refused

    [Test]
    public void A_virtual_method_is_not_called() =>
        Refused(CallVirtual, "EqualityComparer<int>.GetHashCode is called virtually.", "where T : struct");

    public static void CallVirtual(ArrayView<int> y)
    {
        y[0] = EqualityComparer<int>.Default.GetHashCode(y[1]); // refused
    }

    [Test]
    public void A_struct_is_not_boxed_to_call_what_it_inherits() =>
        Refused(Inherited, "Enumerator is boxed to call GetHashCode.", "Give the struct its own method.");

    public static void Inherited(ArrayView<int> y)
    {
        y[0] = new Numbers.Enumerator().GetHashCode(); // refused
    }

    [Test]
    public void No_object_is_there_to_call() =>
        Refused(NullObject, "An object or raw memory is used (ldnull).", "ArrayView<T>, numbers and structs");

    public static void NullObject(ArrayView<int> y)
    {
        y[0] = ((Base?)null)!.Next(); // refused
    }

    [Test]
    public void A_lambda_is_not_called()
    {
        Refused(CallLambda, "A delegate or function pointer is used.", "a policy struct as a type parameter");
        Refused(CallCapturing, "A delegate or function pointer is used.", "a policy struct as a type parameter");
    }

    public static void CallLambda(ArrayView<int> y)
    {
        y[1] = 3;
        y[0] = Apply(v => v + 2, y[1]); // refused
    }

    public static void CallCapturing(ArrayView<int> y, int k) => y[0] = Apply(v => v + k, 3); // refused

    private static int Apply(Func<int, int> function, int v) => function(v);

    [Test]
    public void A_delegate_in_a_field_is_not_called() =>
        Refused(CallField, "A delegate or function pointer is used.", "a policy struct as a type parameter");

    public static void CallField(ArrayView<int> y)
    {
        y[0] = changeable(3); // refused
    }

    [Test]
    public void Nothing_is_thrown() => Refused(Throw, "Kernels cannot throw exceptions.", "Write a marker value");

    public static void Throw(ArrayView<int> y)
    {
        if (y[0] < 0)
            throw new ArgumentException("negative"); // refused
        y[1] = 2;
    }

    [Test]
    public void Nothing_is_caught() => Refused(Catch, "has a try, using or lock statement, or a foreach", "plain loops over indices");

    public static void Catch(ArrayView<int> y)
    {
        y[0] = 1;
        try { y[1] = 2; } finally { y[2] = 3; } // refused
    }

    [Test]
    public void Nothing_is_enumerated() => Refused(Enumerate, "foreach", "plain loops over indices");

    public static void Enumerate(ArrayView<int> y)
    {
        int sum = 0;
        foreach (int v in new Numbers()) // refused
            sum += v;
        y[0] = sum;
    }

    public readonly struct Numbers
    {
        public Enumerator GetEnumerator() => new();

        public struct Enumerator : IDisposable
        {
            public int Current { get; private set; }

            public bool MoveNext() => ++Current < 4;

            public readonly void Dispose() { }
        }
    }

    [Test]
    public void What_the_vocabulary_lacks_is_named_with_the_line_that_calls_it()
    {
        Refused(Lacking, "Random.Shared is not in the kernel vocabulary", "write the computation out");
        Refused(External, "MathF.Cbrt has no IL", "Use what the kernel vocabulary offers.");
        Refused(Money, "decimal.op_Implicit is not in the kernel vocabulary", "write the computation out");
        Refused(Rounding, "with 2 arguments is not in the kernel vocabulary", "Use the plain form.");
    }

    public static void Lacking(ArrayView<int> y)
    {
        y[0] = Math.Sign(y[1]);
        y[1] = Random.Shared.Next(); // refused
    }

    public static void External(ArrayView<float> y)
    {
        y[0] = 1;
        y[1] = MathF.Cbrt(y[0]); // refused
    }

    public static void Rounding(ArrayView<float> y)
    {
        y[0] = 1;
        y[1] = MathF.Round(y[0], 2); // refused
    }

    public static void Money(ArrayView<int> y) => y[1] = (int)((decimal)y[0] * 2); // refused
}
