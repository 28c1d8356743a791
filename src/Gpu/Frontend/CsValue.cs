using ILGPU.Runtime.Cuda;

namespace VaeGpu.Gpu.Frontend;

/// <summary>A C# value while its method is imported: structs, views and references are taken apart here and never reach the IR.</summary>
internal abstract record CsValue
{
    /// <summary>The IR values that it is made of.</summary>
    public virtual IEnumerable<Value> Leaves => [];

    /// <summary>The same shape with other leaves.</summary>
    public virtual CsValue WithLeaves(Queue<Value> leaves) => this;
}

/// <summary>A number or a bool; a Bool stands for the int 0 or 1 where IL wants one.</summary>
internal sealed record ScalarValue(Value Value) : CsValue
{
    public override IEnumerable<Value> Leaves => [Value];
    public override CsValue WithLeaves(Queue<Value> leaves) => new ScalarValue(leaves.Dequeue());
}

/// <summary>A struct, field by field in declaration order.</summary>
internal sealed record StructValue(Type Type, CsValue[] Fields) : CsValue
{
    public override IEnumerable<Value> Leaves => Fields.SelectMany(f => f.Leaves);
    public override CsValue WithLeaves(Queue<Value> leaves) => new StructValue(Type, [.. Fields.Select(f => f.WithLeaves(leaves))]);
}

/// <summary>
/// What stands where there is no value: in a view or reference before it is assigned, or where it would stand for different
/// things on the ways that led here. It may be copied round; to use it is an error, and this is its message. A string is one, which
/// only <see cref="CudaAsm"/> looks into.
/// </summary>
internal sealed record NoValue(string What, string Remedy, string? Text = null) : CsValue
{
    public static readonly NoValue Unassigned =
        new("A view or reference is read that has no value here.", "Assign it before the branch or loop.");
}

/// <summary>An <see cref="ArrayView{T}"/>: a pointer and a length in elements.</summary>
internal sealed record ViewValue(Type Element, Value Pointer, Value Length) : CsValue
{
    public override IEnumerable<Value> Leaves => [Pointer, Length];
    public override CsValue WithLeaves(Queue<Value> leaves) => new ViewValue(Element, leaves.Dequeue(), leaves.Dequeue());
}

/// <summary>A reference to an element in memory.</summary>
internal sealed record MemoryReference(Type Element, Value Pointer) : CsValue
{
    public override IEnumerable<Value> Leaves => [Pointer];
    public override CsValue WithLeaves(Queue<Value> leaves) => new MemoryReference(Element, leaves.Dequeue());
}

/// <summary>A reference to a variable, or to a field inside it by the fields' positions; known at compile time.</summary>
internal sealed record VariableReference(int Variable, Type Type, int[] Path) : CsValue
{
    public bool Equals(VariableReference? other) =>
        other is not null && Variable == other.Variable && Path.AsSpan().SequenceEqual(other.Path);
    public override int GetHashCode() => HashCode.Combine(Variable, Path.Length);
}

/// <summary>A reference to a number in a variable, seen as another type of the same size.</summary>
internal sealed record ReinterpretedReference(VariableReference Target, Type Type) : CsValue;

/// <summary>A managed array of the kernel's own: where its elements lie, and how many there are in each dimension.</summary>
internal sealed record ArrayValue(Type Element, Value Pointer, Value[] Lengths) : CsValue
{
    public override IEnumerable<Value> Leaves => [Pointer, .. Lengths];

    public override CsValue WithLeaves(Queue<Value> leaves)
    {
        Value pointer = leaves.Dequeue();
        return new ArrayValue(Element, pointer, [.. Lengths.Select(_ => leaves.Dequeue())]);
    }

    /// <summary>The number of elements.</summary>
    public Value Length(Builder b) => Lengths.Aggregate(b.Mul);

    /// <summary>The element at some indices; the last is the one that runs fastest.</summary>
    public MemoryReference At(Builder b, Value[] indices)
    {
        Value index = indices[0];
        for (int i = 1; i < indices.Length; i++)
            index = b.Add(b.Mul(index, Lengths[i]), indices[i]);
        return new MemoryReference(Element, b.PtrAdd(Pointer, index, StructLayout.SizeOf(Element)));
    }
}

/// <summary>The object without fields that a lambda, or a kernel that is no static method, belongs to: its methods may be called.</summary>
internal sealed record ReceiverValue : CsValue;

/// <summary>A field as such, which holds what an array begins as.</summary>
internal sealed record TokenValue(FieldInfo Field) : CsValue;

/// <summary>A reference to one of the numbers of an array inside a struct, by an index that is known at run time only.</summary>
internal sealed record IndexedReference(VariableReference Owner, Type Type, Value Index) : CsValue
{
    public override IEnumerable<Value> Leaves => [Index];
    public override CsValue WithLeaves(Queue<Value> leaves) => this with { Index = leaves.Dequeue() };
}
