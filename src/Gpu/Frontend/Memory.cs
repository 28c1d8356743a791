using System.Reflection;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.IR;

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
            return new StructValue(type, System.Array.ConvertAll(StructLayout.Fields(type), f => importer.Default(f.FieldType)));
        }

        /// <summary>The value itself; where there is none, its error.</summary>
        public CsValue Require(CsValue? value) => value switch
        {
            null => importer.Require(NoValue.Unassigned),
            NoValue none => throw importer.Error(none.What, none.Remedy),
            _ => value,
        };

        /// <summary>What a reference refers to.</summary>
        public CsValue Load(CsValue reference)
        {
            switch (importer.Require(reference))
            {
                case VariableReference r:
                    CsValue value = importer.Require(importer.Environment[r.Variable]);
                    foreach (int field in r.Path)
                        value = importer.Require(((StructValue)value).Fields[field]);
                    return value;
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

        /// <summary>A readonly static field that holds a number, as a constant.</summary>
        public CsValue StaticField(FieldInfo field)
        {
            if (field.IsInitOnly && (field.FieldType.IsPrimitive || field.FieldType.IsEnum))
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
            throw importer.Error($"The static field {Naming.Of(field)} is read.", field.IsInitOnly
                ? "Only numbers can be static readonly here; use a property that makes the struct, or pass it as a parameter."
                : "Its value would be frozen when the kernel is compiled. Make it const or readonly, or pass it as a parameter.");
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
            importer.RequireMemory(type);
            int[] offsets = StructLayout.Offsets(type);
            FieldInfo[] fields = StructLayout.Fields(type);
            for (int i = 0; i < fields.Length; i++)
                importer.StoreElement(fields[i].FieldType, b.PtrAdd(pointer, Constant.I32(offsets[i]), 1), ((StructValue)value).Fields[i]);
        }
    }

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
