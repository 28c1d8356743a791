using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>The vector types of one width and the methods on them, found by name: Vector512, 256 and 128 share their names.</summary>
internal sealed class VectorTypes
{
    private static readonly ConcurrentDictionary<int, VectorTypes> instances = new();
    private readonly ILookup<string, MethodInfo> methods;
    private readonly ConcurrentDictionary<(string, Type, Type?, Type?), MethodInfo> found = new();
    private readonly Type generic;

    private VectorTypes(int lanes)
    {
        Lanes = lanes;
        (Type type, generic) = lanes switch
        {
            16 => (typeof(Vector512), typeof(Vector512<>)),
            8 => (typeof(Vector256), typeof(Vector256<>)),
            4 => (typeof(Vector128), typeof(Vector128<>)),
            _ => throw new ArgumentOutOfRangeException(nameof(lanes)),
        };
        methods = type.GetMethods(BindingFlags.Public | BindingFlags.Static).ToLookup(m => m.Name);
    }

    /// <summary>Lanes of 32 bits.</summary>
    public int Lanes { get; }

    public static VectorTypes Of(int lanes) => instances.GetOrAdd(lanes, l => new VectorTypes(l));

    public Type Vector(Type element) => generic.MakeGenericType(element);

    /// <summary>The vector that holds values of a type, or half of them where they have 64 bits. A Bool is a mask of ints.</summary>
    public Type Vector(IrType type) => Vector(Element(type));

    public static Type Element(IrType type) => type.Scalar switch
    {
        Scalar.F32 => typeof(float),
        Scalar.F64 => typeof(double),
        Scalar.I64 or Scalar.Pointer => typeof(long),
        _ => typeof(int),
    };

    /// <summary>The number of vectors that hold one value for every lane.</summary>
    public static int Halves(IrType type) => type.Bytes / 4;

    /// <summary>Calls Vector512.Name(…) with parameters of exactly these types.</summary>
    public void Call(IlWriter il, string name, Type first, Type? second = null, Type? third = null) =>
        il.Emit(OpCodes.Call, found.GetOrAdd((name, first, second, third), key => Find(key.Item1, key.Item2, key.Item3, key.Item4)));

    /// <summary>
    /// The processor's own minimum or maximum of floats, where it has one: Min(a, b) is a &lt; b ? a : b, and Max(a, b) is a &gt; b ? a :
    /// b, for NaN and zeros, too.
    /// </summary>
    public MethodInfo? Extreme(string name, Type element)
    {
        (Type holder, bool isSupported) = Lanes switch
        {
            16 => (typeof(Avx512F), Avx512F.IsSupported),
            8 => (typeof(Avx), Avx.IsSupported),
            _ => (element == typeof(float) ? typeof(Sse) : typeof(Sse2), Sse2.IsSupported),
        };
        return isSupported && (element == typeof(float) || element == typeof(double))
            ? holder.GetMethod(name, [Vector(element), Vector(element)])
            : null;
    }

    private MethodInfo Find(string name, Type first, Type? second, Type? third)
    {
        Type[] wanted = [.. new[] { first, second, third }.OfType<Type>()];
        Type element = first.IsPointer ? first.GetElementType()! : first.IsGenericType ? first.GetGenericArguments()[0] : first;
        IEnumerable<MethodInfo> plain = methods[name].Where(m => !m.IsGenericMethod);
        IEnumerable<MethodInfo> generics = methods[name].Where(m => m.IsGenericMethod && m.GetGenericArguments().Length == 1)
            .Select(definition => definition.MakeGenericMethod(element));
        return plain.Concat(generics).FirstOrDefault(m => m.GetParameters().Select(p => p.ParameterType).SequenceEqual(wanted))
            ?? throw new MissingMethodException(generic.Name, $"{name}({string.Join(", ", wanted.Select(t => t.ToString()))})");
    }
}
