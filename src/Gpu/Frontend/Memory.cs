using System.Reflection;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Reads and writes through references: of variables at compile time, of memory by loads and stores.</summary>
internal static class Memory
{
    extension(Importer importer)
    {
        /// <summary>The value of a type whose bits are all zero.</summary>
        public CsValue Default(Type type) =>
            importer.DefaultOrNull(type) ?? throw importer.Error($"A default {Naming.Of(type)} is made.", "Assign it a value.");

        /// <summary>As <see cref="Default"/>; null for views, references and objects.</summary>
        public CsValue? DefaultOrNull(Type type)
        {
            if (type == typeof(bool))
                return new ScalarValue(Constant.Bool(false));
            if (MemoryTypes.Of(type) is { } memory)
                return new ScalarValue(Constant.Zero(memory.ValueType()));
            if (type == typeof(nint) || type == typeof(nuint))
                return new ScalarValue(Constant.I64(0));
            if (!type.IsValueType || Runtime.ArgumentPacker.IsView(type))
                return null;
            CsValue?[] fields = [.. StructLayout.Fields(type).Select(f => importer.DefaultOrNull(f.FieldType))];
            return Array.Exists(fields, f => f is null) ? null : new StructValue(type, fields!);
        }

        /// <summary>What a reference refers to.</summary>
        public CsValue Load(CsValue reference)
        {
            switch (reference)
            {
                case VariableReference r:
                    CsValue value = importer.Environment[r.Variable] ?? throw importer.Error("A variable is read that has no value here.", "Assign it first.");
                    return r.Path.Aggregate(value, (v, field) => ((StructValue)v).Fields[field]);
                case MemoryReference r:
                    return importer.LoadElement(r.Element, r.Pointer);
                default:
                    throw importer.Error("A pointer is read.", "Index an ArrayView instead.");
            }
        }

        /// <summary>Writes what a reference refers to.</summary>
        public void Store(CsValue reference, CsValue value)
        {
            switch (reference)
            {
                case VariableReference r:
                    if (r.Type == typeof(bool) && value is ScalarValue { Value: var v } && v.Type == IrType.I32)
                        value = new ScalarValue(importer.Builder.Binary(Op.Ne, v, Constant.I32(0)));
                    importer.Environment[r.Variable] = r.Path.Length == 0 ? value : Replace(importer.Environment[r.Variable]!, r.Path, value);
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
            ? value.Fields[Position(field)]
            : importer.Load(importer.FieldAddress(owner, field));

        /// <summary>A reference to a field of what a reference refers to.</summary>
        public CsValue FieldAddress(CsValue owner, FieldInfo field)
        {
            int position = Position(field);
            return owner switch
            {
                VariableReference r => new VariableReference(r.Variable, field.FieldType, [.. r.Path, position]),
                MemoryReference r => new MemoryReference(field.FieldType,
                    importer.Builder.PtrAdd(r.Pointer, Constant.I32(StructLayout.Offsets(r.Element)[position]), 1)),
                _ => throw importer.Error($"The field {field.Name} of an object is used.", "Pass numbers, structs or views."),
            };
        }

        /// <summary>A readonly static field of a primitive type, as a constant.</summary>
        public CsValue StaticField(FieldInfo field)
        {
            if (field.IsInitOnly && field.FieldType.IsPrimitive)
            {
                object value = field.GetValue(null)!;
                return new ScalarValue(value switch
                {
                    float f => Constant.F32(f),
                    double d => Constant.F64(d),
                    bool b => Constant.Bool(b),
                    long l => Constant.I64(l),
                    ulong u => Constant.I64((long)u),
                    uint u => Constant.I32((int)u),
                    _ => Constant.I32(Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture)),
                });
            }
            throw importer.Error($"The static field {field.Name} is read.", "Use a const, or pass it as a parameter.");
        }

        private CsValue LoadElement(Type type, Value pointer)
        {
            Builder b = importer.Builder;
            if (MemoryTypes.Of(type) is { } memory)
            {
                Value value = b.Load(pointer, memory);
                return new ScalarValue(type == typeof(bool) ? b.Binary(Op.Ne, value, Constant.I32(0)) : value);
            }
            int[] offsets = StructLayout.Offsets(type);
            return new StructValue(type, [.. StructLayout.Fields(type).Select((f, i) =>
                importer.LoadElement(f.FieldType, b.PtrAdd(pointer, Constant.I32(offsets[i]), 1)))]);
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
            int[] offsets = StructLayout.Offsets(type);
            FieldInfo[] fields = StructLayout.Fields(type);
            for (int i = 0; i < fields.Length; i++)
                importer.StoreElement(fields[i].FieldType, b.PtrAdd(pointer, Constant.I32(offsets[i]), 1), ((StructValue)value).Fields[i]);
        }
    }

    private static int Position(FieldInfo field) =>
        Array.FindIndex(StructLayout.Fields(field.DeclaringType!), f => f.MetadataToken == field.MetadataToken);

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
