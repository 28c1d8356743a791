using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Reads and writes through references: of variables at compile time, of memory by loads and stores.</summary>
internal static class Memory
{
    extension(Importer importer)
    {
        /// <summary>The value of a type whose bits are all zero; views, references and objects have none.</summary>
        public CsValue Default(Type type)
        {
            if (type == typeof(bool))
                return new ScalarValue(Constant.Bool(false));
            if (MemoryTypes.Of(type) is { } memory)
                return new ScalarValue(Constant.Zero(memory.ValueType()));
            if (type == typeof(nint) || type == typeof(nuint))
                return new ScalarValue(Constant.I64(0));
            if (!type.IsValueType || ArgumentLayout.IsView(type))
                return NoValue.Unassigned;
            if (StructLayout.WhyNotValue(type) is { } reason)
                throw importer.Error(reason, "Use a struct with a field for each number.");
            return new StructValue(type, [.. StructLayout.PartTypes(type).Select(importer.Default)]);
        }

        /// <summary>The value itself; where there is none, its error.</summary>
        public CsValue Require(CsValue? value) => value switch
        {
            null => importer.Require(NoValue.Unassigned),
            NoValue none => throw importer.Error(none.What, none.Remedy),
            _ => value,
        };

        /// <summary>What stands in a variable or a field of it, be it a value or none.</summary>
        public CsValue Peek(VariableReference reference)
        {
            CsValue value = importer.Environment[reference.Variable] ?? NoValue.Unassigned;
            foreach (int field in reference.Path)
                value = ((StructValue)importer.Require(value)).Fields[field];
            return value;
        }

        /// <summary>What a reference refers to.</summary>
        public CsValue Load(CsValue reference)
        {
            switch (importer.Require(reference))
            {
                case VariableReference r:
                    return importer.Require(importer.Peek(r));
                case ReinterpretedReference r:
                    return importer.BitCast(importer.Load(r.Target), r.Target.Type, r.Type);
                case IndexedReference r:
                    CsValue[] all = ((StructValue)importer.Load(r.Owner)).Fields;
                    return new ScalarValue(all.Select(part => ((ScalarValue)part).Value).Select((part, i) => (Value: part, Index: i))
                        .Aggregate((a, b) => (importer.Builder.Select(importer.IsAt(r.Index, b.Index), b.Value, a.Value), 0)).Value);
                case MemoryReference r:
                    return importer.LoadElement(r.Element, r.Pointer);
                default:
                    throw importer.Error("A pointer is read.", "Index an ArrayView instead.");
            }
        }

        /// <summary>Writes what a reference refers to.</summary>
        public void Store(CsValue reference, CsValue value)
        {
            switch (importer.Require(reference))
            {
                case VariableReference r:
                    if (r.Type == typeof(bool) && value is ScalarValue { Value: var v } && v.Type == IrType.I32)
                        value = new ScalarValue(importer.Builder.Binary(Op.Ne, v, Constant.I32(0)));
                    importer.Environment[r.Variable] = r.Path.Length == 0
                        ? value
                        : Replace(importer.Environment[r.Variable]!, r.Path, value);
                    break;
                case ReinterpretedReference r:
                    importer.Store(r.Target, importer.BitCast(value, r.Type, r.Target.Type));
                    break;
                case IndexedReference r:
                    var owner = (StructValue)importer.Load(r.Owner);
                    importer.Store(
                        r.Owner, owner with { Fields = [.. owner.Fields.Select((part, i) => new ScalarValue(importer.Builder.Select(
                        importer.IsAt(r.Index, i), ((ScalarValue)value).Value, ((ScalarValue)part).Value)))] });
                    break;
                case MemoryReference r:
                    importer.StoreElement(r.Element, r.Pointer, value);
                    break;
                default:
                    throw importer.Error("A pointer is written.", "Index an ArrayView instead.");
            }
        }

        /// <summary>A field of a struct, or of what a reference refers to.</summary>
        public CsValue LoadField(CsValue owner, FieldInfo field) => owner is StructValue value
            ? importer.Require(value.Fields[StructLayout.Position(field)])
            : importer.Load(importer.FieldAddress(owner, field));

        /// <summary>A reference to a field of what a reference refers to.</summary>
        public CsValue FieldAddress(CsValue owner, FieldInfo field)
        {
            int position = StructLayout.Position(field);
            return owner switch
            {
                VariableReference r => new VariableReference(r.Variable, field.FieldType, [.. r.Path, position]),
                MemoryReference r when importer.RequireMemory(r.Element) => new MemoryReference(field.FieldType,
                    importer.Builder.PtrAdd(r.Pointer, Constant.I32(StructLayout.Offsets(r.Element)[position]), 1)),
                _ => throw importer.Error($"The field {field.Name} of an object is used.", "Pass numbers, structs or views."),
            };
        }

        /// <summary>The same place as another type of the same size.</summary>
        public CsValue Reinterpret(CsValue reference, Type type) => importer.Require(reference) switch
        {
            MemoryReference r => new MemoryReference(type, r.Pointer),
            VariableReference r when importer.Narrow(r, type) is { } narrow =>
                narrow.Type == type ? narrow : new ReinterpretedReference(narrow, type),
            _ => throw importer.Error($"A variable is seen as {Naming.Of(type)}, which is of another size or holds several numbers.",
                "Use Interop.FloatAsInt or IntAsFloat, or copy field by field."),
        };

        /// <summary>The bits of a number as another type of the same size.</summary>
        public CsValue BitCast(CsValue value, Type from, Type to)
        {
            if (from == to)
                return value;
            if (value is StructValue { Fields: [var only] } wrapper)
                return importer.BitCast(only, StructLayout.Fields(wrapper.Type)[0].FieldType, to);
            if (MemoryTypes.Of(to) is not { } memory && StructLayout.Fields(to) is [var field])
                return new StructValue(to, [importer.BitCast(value, from, field.FieldType)]);
            if (value is not ScalarValue { Value: var v } || MemoryTypes.Of(to) is not { } target
                || MemoryTypes.Of(from)?.Bytes() != target.Bytes())
                throw importer.Error($"{Naming.Of(from)} is cast to {Naming.Of(to)} bit by bit.", "Only numbers of one size can be.");
            return new ScalarValue(importer.BitCast(v, target, to == typeof(bool)));
        }

        /// <summary>The reference some bytes further, inside an array in a struct or in memory.</summary>
        public CsValue Advance(CsValue reference, Value bytes)
        {
            switch (importer.Require(reference))
            {
                case MemoryReference r:
                    return new MemoryReference(r.Element, importer.Builder.PtrAdd(r.Pointer, bytes, 1));
                case VariableReference { Path: [.. var outer, var first] } r:
                    var owner = new VariableReference(r.Variable, r.Type, outer);
                    if (importer.Peek(owner) is not StructValue { Type: var buffer } || !StructLayout.IsBuffer(buffer))
                        break;
                    owner = owner with { Type = buffer };
                    return importer.PartOf(
                        owner, r.Type, importer.Builder.Add(importer.Elements(bytes, StructLayout.SizeOf(r.Type)), Constant.I32(first)));
                case IndexedReference r:
                    return importer.PartOf(
                        r.Owner, r.Type, importer.Builder.Add(r.Index, importer.Elements(bytes, StructLayout.SizeOf(r.Type))));
            }
            throw importer.Error("Arithmetic is done on the address of a variable.", "Kernels have no pointer arithmetic; index a view.");
        }

        private CsValue PartOf(VariableReference owner, Type type, Value index)
        {
            if (index is not Constant known)
                return new IndexedReference(owner, type, index);
            return known.Bits >= 0 && known.Bits < StructLayout.Parts(owner.Type).Length
                ? new VariableReference(owner.Variable, type, [.. owner.Path, (int)known.Bits])
                : throw importer.Error($"An array inside a struct is accessed at index {known.Bits}.", "Keep the index inside the array.");
        }

        /// <summary>A distance in elements: C# multiplies an index by their size.</summary>
        private Value Elements(Value bytes, int size)
        {
            Builder b = importer.Builder;
            if (bytes.Type == IrType.I64)
                bytes = b.Emit(Op.Truncate64, IrType.I32, [bytes]);
            return size == 1 ? bytes
                : bytes is Instruction { Op: Op.Mul, Operands: [var index, Constant factor] } && factor.Bits == size ? index
                : b.Binary(Op.Div, bytes, Constant.I32(size));
        }

        private Value IsAt(Value index, int position) => importer.Builder.Binary(Op.Eq, index, Constant.I32(position));

        private Value BitCast(Value value, MemoryType target, bool isBool)
        {
            Builder b = importer.Builder;
            if (value.Type == IrType.Bool)
                value = b.Emit(Op.BoolToInt, IrType.I32, [value]);
            if (isBool)
                return b.Binary(Op.Ne, value, Constant.I32(0));
            return target switch
            {
                MemoryType.I8 => b.Emit(Op.SignExtend8, IrType.I32, [value]),
                MemoryType.U8 => b.And(value, Constant.I32(0xFF)),
                MemoryType.I16 => b.Emit(Op.SignExtend16, IrType.I32, [value]),
                MemoryType.U16 => b.And(value, Constant.I32(0xFFFF)),
                _ when value.Type == target.ValueType() => value,
                _ => b.Emit(Op.BitCast, target.ValueType(), [value]),
            };
        }

        /// <summary>The number inside structs of one field, where it is of a type's size.</summary>
        private VariableReference? Narrow(VariableReference reference, Type type)
        {
            while (reference.Type != type && MemoryTypes.Of(reference.Type) is null
                && StructLayout.Fields(reference.Type) is [var only, ..])
            {
                // An inline array is seen as its first element, and indexed from there.
                if (StructLayout.SizeOf(reference.Type) != StructLayout.SizeOf(only.FieldType) && !StructLayout.IsBuffer(reference.Type))
                    break;
                reference = new VariableReference(reference.Variable, only.FieldType, [.. reference.Path, 0]);
            }
            return reference.Type == type || MemoryTypes.Of(reference.Type) is { } memory && memory.Bytes() == StructLayout.SizeOf(type)
                ? reference : null;
        }

        /// <summary>A readonly static field, as the constant that it is when the kernel is compiled.</summary>
        public CsValue StaticField(FieldInfo field) =>
            (field.IsInitOnly || importer.StaticFields.HasFlag(StaticFieldMode.MutableStaticFields))
            && importer.ConstantOf(field.FieldType, field.GetValue(null)) is { } value
            ? value
            : throw importer.Error($"The static field {Naming.Of(field)} is read.", field.IsInitOnly
                ? "Only numbers, and structs and arrays of them, can be static readonly here; pass it as a parameter."
                : "Its value would be frozen when the kernel is compiled. Make it const or readonly, pass it as a parameter, or ask for "
                    + "that with StaticFields(StaticFieldMode.MutableStaticFields).");

        /// <summary>A number, or a struct of numbers, that is known; null where it is something else.</summary>
        public CsValue? ConstantOf(Type type, object? value)
        {
            if (MemoryTypes.Of(type) is not null)
                return new ScalarValue(Number(value!));
            if (value is System.Array array)
                return importer.ConstantArray(array);
            if (!type.IsValueType || type.IsPrimitive || ArgumentLayout.HoldsView(type) || StructLayout.WhyNotValue(type) is not null)
                return null;
            CsValue?[] fields = StructLayout.IsBuffer(type)
                ? [.. StructLayout.ReadBuffer(value!).Cast<object>().Select(number => importer.ConstantOf(number.GetType(), number))]
                : System.Array.ConvertAll(StructLayout.Fields(type), f => importer.ConstantOf(f.FieldType, f.GetValue(value)));
            return System.Array.IndexOf(fields, null) < 0 ? new StructValue(type, fields!) : null;
        }

        /// <summary>Refuses a struct that does not lie in memory in a way that every device shares.</summary>
        private bool RequireMemory(Type type) => StructLayout.WhyNotMemory(type) is { } reason
            ? throw importer.Error(reason, "Declare a struct with a field for each number.")
            : true;

        private CsValue LoadElement(Type type, Value pointer)
        {
            Builder b = importer.Builder;
            if (MemoryTypes.Of(type) is { } memory)
            {
                Value value = b.Load(pointer, memory);
                return new ScalarValue(type == typeof(bool) ? b.Binary(Op.Ne, value, Constant.I32(0)) : value);
            }
            importer.RequireMemory(type);
            return new StructValue(type, [.. StructLayout.Parts(type).Select(part =>
                importer.LoadElement(part.Type, b.PtrAdd(pointer, Constant.I32(part.Offset), 1)))]);
        }

        private void StoreElement(Type type, Value pointer, CsValue value)
        {
            Builder b = importer.Builder;
            if (MemoryTypes.Of(type) is { } memory)
            {
                Value v = ((ScalarValue)value).Value;
                b.Store(pointer, v.Type == IrType.Bool ? b.Emit(Op.BoolToInt, IrType.I32, [v]) : v, memory);
                return;
            }
            importer.RequireMemory(type);
            StructLayout.Part[] parts = StructLayout.Parts(type);
            for (int i = 0; i < parts.Length; i++)
                importer.StoreElement(
                    parts[i].Type, b.PtrAdd(pointer, Constant.I32(parts[i].Offset), 1), ((StructValue)importer.Require(value)).Fields[i]);
        }
    }

    private static Constant Number(object value) => value switch
    {
        float f => Constant.F32(f),
        double d => Constant.F64(d),
        bool b => Constant.Bool(b),
        long l => Constant.I64(l),
        ulong u => Constant.I64((long)u),
        uint u => Constant.I32((int)u),
        char c => Constant.I32(c),
        Enum e => Number(Convert.ChangeType(e, Enum.GetUnderlyingType(e.GetType()), CultureInfo.InvariantCulture)),
        _ => Constant.I32(Convert.ToInt32(value, CultureInfo.InvariantCulture)),
    };

    private static CsValue Replace(CsValue owner, ReadOnlySpan<int> path, CsValue value)
    {
        if (path.IsEmpty)
            return value;
        var structure = (StructValue)owner;
        CsValue[] fields = [.. structure.Fields];
        fields[path[0]] = Replace(fields[path[0]], path[1..], value);
        return structure with { Fields = fields };
    }
}
