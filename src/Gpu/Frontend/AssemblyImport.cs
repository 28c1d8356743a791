using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Imports <see cref="CudaAsm"/>: the text, what it reads and what it writes.</summary>
internal static class AssemblyImport
{
    /// <summary>Emit: the arguments are read, but for one declared <c>out</c>.</summary>
    public static CsValue? Emit(Importer m, MethodBase method, CsValue[] given)
    {
        ParameterInfo[] parameters = method.GetParameters();
        var builder = new Arguments(m);
        for (int k = 1; k < given.Length; k++)
        {
            if (parameters[k].ParameterType.IsByRef)
                builder.Write(given[k], parameters[k].ParameterType.GetElementType()!);
            else
                builder.Read(given[k], parameters[k].ParameterType);
        }
        return builder.Finish(given[0]);
    }

    /// <summary>EmitRef: each argument is a reference to an Input, an Output or a Ref.</summary>
    public static CsValue? EmitRef(Importer m, MethodBase method, CsValue[] given)
    {
        var builder = new Arguments(m);
        for (int k = 1; k < given.Length; k++)
        {
            Type wrapper = method.GetParameters()[k].ParameterType.GetElementType()!;
            FieldInfo field = wrapper.GetField(nameof(Input<>.Value))!;
            CsValue place = m.FieldAddress(given[k], field);
            Type kind = wrapper.GetGenericTypeDefinition();
            if (kind == typeof(Output<>))
                builder.Write(place, field.FieldType);
            else
                builder.Read(m.Load(place), field.FieldType, kind == typeof(Ref<>) ? place : null);
        }
        return builder.Finish(given[0]);
    }

    /// <summary>Gathers the arguments of one text.</summary>
    private sealed class Arguments(Importer m)
    {
        private readonly List<(int Input, int Output)> arguments = [];
        private readonly List<Value> inputs = [];
        private readonly List<(CsValue Place, IrType Type)> outputs = [];

        public void Read(CsValue value, Type type, CsValue? place = null)
        {
            IrType number = Number(type);
            if (value is not ScalarValue scalar || scalar.Value.Type != number)
                throw Refusal(type);
            if (place is not null)
                outputs.Add((place, number));
            arguments.Add((inputs.Count, place is null ? -1 : outputs.Count - 1));
            inputs.Add(scalar.Value);
        }

        public void Write(CsValue place, Type type)
        {
            arguments.Add((-1, outputs.Count));
            outputs.Add((place, Number(type)));
        }

        public CsValue? Finish(CsValue text)
        {
            if (text is not NoValue { Text: { } asm })
                throw m.Error("The PTX of CudaAsm is not a constant.", "Write it as a literal, or a const string.");
            foreach (Match match in AssemblyText.Placeholder().Matches(asm))
            {
                if (match.Value != "%%" && int.Parse(match.ValueSpan[1..], CultureInfo.InvariantCulture) >= arguments.Count)
                    throw m.Error($"The PTX names {match.Value}, and there are {arguments.Count} arguments.",
                        "Count from %0; write %% for a percent sign.");
            }
            AssemblyText written = m.Builder.Append(
                new AssemblyText(asm, [.. arguments], [.. outputs.Select(o => o.Type)], [.. inputs], m.Builder.Location));
            for (int k = 0; k < outputs.Count; k++)
                m.Store(outputs[k].Place, new ScalarValue(m.Builder.Emit(Op.Extract, outputs[k].Type, [written], k)));
            return null;
        }

        private IrType Number(Type type) => type == typeof(nint) || type == typeof(nuint) ? IrType.I64
            : MemoryTypes.Of(type) is { } memory && memory.Bytes() >= 4 ? memory.ValueType() : throw Refusal(type);

        private KernelCompilationException Refusal(Type type) =>
            m.Error($"CudaAsm is given a {Naming.Of(type)}.", "Give it numbers of 32 or 64 bits.");
    }
}
