using System.Diagnostics;
using System.Numerics;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Sizes, casts, assertions, and what ILGPU's own types do by tables.</summary>
internal static partial class Intrinsics
{
    private static void AddUtilities(Dictionary<(Type, string), Handler> table)
    {
        // Assertions and diagnostics are for ILGPU's CPU accelerator; kernels that are compiled here do without.
        foreach (Type type in (Type[])[typeof(Trace), typeof(Debug)])
        {
            foreach (string name in (string[])[nameof(Debug.Assert), nameof(Debug.Fail), nameof(Debug.Write), nameof(Debug.WriteLine)])
                table[(type, name)] = (_, _, _) => null;
        }
        table[(typeof(Iterations), nameof(Iterations.AreIndependent))] = Mark(Op.Independent);
        table[(typeof(Iterations), nameof(Iterations.KeepOrder))] = Mark(Op.InOrder);
        table[(typeof(Prefetch), nameof(Prefetch.Line))] = (m, _, a) =>
        {
            ViewValue view = View(m, a[0]);
            // Local and shared memory are as near as can be.
            if (view.Pointer.Type.Space == AddressSpace.Global)
            {
                Value element = m.Builder.PtrAdd(view.Pointer, Scalar(a[1]), StructLayout.SizeOf(view.Element));
                m.Builder.Emit(Op.Prefetch, IrType.Bool, [element]);
            }
            return null;
        };
        table[(typeof(IndexTypeExtensions), "AssertIntIndexRange")] = (_, _, _) => null;
        table[(typeof(IndexTypeExtensions), "AssertIntIndex")] = (_, _, _) => null;
        foreach (string name in (string[])[nameof(Interop.Write), nameof(Interop.WriteLine)])
        {
            table[(typeof(Interop), name)] = (m, _, _) =>
                throw m.Error($"Interop.{name} prints from a kernel.", "Write the numbers to an ArrayView, and print them on the host.");
        }
        table[(typeof(Interop), nameof(Interop.SizeOf))] = (m, method, _) => method.IsGenericMethod
            ? new ScalarValue(Constant.I32(StructLayout.SizeOf(method.GetGenericArguments()[0])))
            : throw m.Error("The size of a System.Type is taken.", "Use Interop.SizeOf<T>().");
        table[(typeof(Interop), nameof(Interop.OffsetOf))] = (m, method, a) => OffsetOf(m, method.GetGenericArguments()[0], a[0]);
        table[(typeof(Activator), nameof(Activator.CreateInstance))] = (m, method, _) => method.IsGenericMethod
            ? m.Default(method.GetGenericArguments()[0])
            : throw m.Error("An object is created by its System.Type.", "Use new T() with a struct type parameter.");
        table[(typeof(RuntimeHelpers), nameof(RuntimeHelpers.IsReferenceOrContainsReferences))] = (_, _, _) =>
            new ScalarValue(Constant.Bool(false));
        AddArrays(table);
        AddReinterpretation(table);
        AddBitCounts(table);
    }

    private static Handler Mark(Op op) => (m, _, _) =>
    {
        m.Builder.Emit(op, IrType.Bool, []);
        return null;
    };

    private static void AddArrays(Dictionary<(Type, string), Handler> table)
    {
        static ArrayValue Of(Importer m, CsValue value) => m.Require(value) as ArrayValue
            ?? throw m.Error("An array is used that the kernel did not make.", "Pass an ArrayView<T>.");
        void Number(string name, Func<Importer, ArrayValue, CsValue[], Value> value) =>
            table[(typeof(Array), name)] = (m, _, a) => new ScalarValue(value(m, Of(m, a[0]), a));
        static Value Along(Importer m, ArrayValue array, CsValue dimension) =>
            Scalar(dimension) is Constant d && d.Bits >= 0 && d.Bits < array.Lengths.Length
            ? array.Lengths[(int)d.Bits]
            : throw m.Error("The length of an array is asked for along a dimension that is not a constant.", "Use a constant.");
        Number("get_Length", (m, array, _) => array.Length(m.Builder));
        Number("get_LongLength", (m, array, _) => Long(m, array.Length(m.Builder)));
        Number("get_Rank", (_, array, _) => Constant.I32(array.Lengths.Length));
        Number(nameof(Array.GetLength), (m, array, a) => Along(m, array, a[1]));
        Number(nameof(Array.GetLongLength), (m, array, a) => Long(m, Along(m, array, a[1])));
        Number(nameof(Array.GetLowerBound), (_, _, _) => Constant.I32(0));
        Number(nameof(Array.GetUpperBound), (m, array, a) => m.Builder.Add(Along(m, array, a[1]), Constant.I32(-1)));
        table[(typeof(Array), nameof(Array.Empty))] = (m, method, _) => m.NewArray(method.GetGenericArguments()[0], [Constant.I32(0)]);
        table[(typeof(RuntimeHelpers), nameof(RuntimeHelpers.InitializeArray))] = (m, _, a) =>
        {
            m.InitializeArray(Of(m, a[0]), ((TokenValue)a[1]).Field);
            return null;
        };
    }

    private static ScalarValue OffsetOf(Importer m, Type type, CsValue name)
    {
        FieldInfo[] fields = StructLayout.Fields(type);
        string? wanted = (name as NoValue)?.Text;
        int found = Array.FindIndex(fields, f => Naming.Plain(f.Name) == wanted);
        return found >= 0
            ? new ScalarValue(Constant.I32(StructLayout.Offsets(type)[found]))
            : throw m.Error($"{Naming.Of(type)} has no field '{wanted}'.", "Give Interop.OffsetOf the name of a field, by nameof.");
    }

    private static void AddReinterpretation(Dictionary<(Type, string), Handler> table)
    {
        table[(typeof(Unsafe), nameof(Unsafe.As))] = (m, method, a) => method.GetGenericArguments() is [_, var to]
            ? m.Reinterpret(a[0], to)
            : throw m.Error("An object is cast.", "Kernels have no objects; use structs.");
        table[(typeof(Unsafe), nameof(Unsafe.AsRef))] = (_, _, a) => a[0];
        table[(typeof(Unsafe), nameof(Unsafe.SizeOf))] = (_, method, _) =>
            new ScalarValue(Constant.I32(StructLayout.SizeOf(method.GetGenericArguments()[0])));
        table[(typeof(Unsafe), nameof(Unsafe.BitCast))] = (m, method, a) =>
            m.BitCast(a[0], method.GetGenericArguments()[0], method.GetGenericArguments()[1]);
        table[(typeof(Unsafe), nameof(Unsafe.Add))] = (m, method, a) => m.Advance(a[0],
            m.Builder.Mul(Scalar(a[1]), new Constant(Scalar(a[1]).Type, StructLayout.SizeOf(method.GetGenericArguments()[0]))));
        table[(typeof(Unsafe), nameof(Unsafe.SkipInit))] = (_, _, _) => null;
    }

    private static void AddBitCounts(Dictionary<(Type, string), Handler> table)
    {
        string[] names = [nameof(BitOperations.PopCount), nameof(BitOperations.LeadingZeroCount), nameof(BitOperations.TrailingZeroCount)];
        foreach (Type type in (Type[])[typeof(BitOperations), typeof(IntrinsicMath.BitOperations), typeof(IntrinsicMath)])
        {
            foreach (string name in names)
                table[(type, name)] = (m, _, a) => Replace(m, Scalar(a[0]).Type == IrType.I64 ? $"{name}64" : name, a[0]);
        }
    }

    private static Dictionary<string, Handler> CreateNamed() => new()
    {
        ["HalfExtensions.ConvertHalfToFloat"] = (m, _, a) => Replace(m, nameof(KernelMath.HalfToSingle), ((StructValue)a[0]).Fields[0]),
        ["ArrayViewExtensions.AsRawArrayView"] = (m, _, a) => m.Require(a[0]) is ArrayValue array
            ? new ViewValue(array.Element, array.Pointer, Long(m, array.Length(m.Builder)))
            : throw m.Error("A view is made of an array that is not the kernel's own.", "Pass the view as a parameter."),
        ["HalfExtensions.ConvertFloatToHalf"] = (m, _, a) =>
            new StructValue(typeof(ILGPU.Half), [Replace(m, nameof(KernelMath.SingleToHalf), a[0])]),
    };

    /// <summary>A method of <see cref="KernelMath"/> in place of the one that was called.</summary>
    private static CsValue Replace(Importer m, string name, params CsValue[] arguments) =>
        new MethodImporter(m, typeof(KernelMath).GetMethod(name)!, arguments).Import()!;
}
