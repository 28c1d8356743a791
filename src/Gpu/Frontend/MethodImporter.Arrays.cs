namespace VaeGpu.Gpu.Frontend;

/// <summary>Managed arrays of a length that is known: they become local arrays.</summary>
internal sealed partial class MethodImporter
{
    private bool ImportArray(string operation, IlInstruction i)
    {
        switch (operation)
        {
            case "newarr":
                stack.Push(importer.NewArray((Type)i.Operand!, [AsInt(stack.Pop())]));
                return true;
            case "ldlen":
                stack.Push(new ScalarValue(ArrayOnStack(stack.Pop()).Length(Builder)));
                return true;
            case "ldelema":
                stack.Push(PopElement());
                return true;
            case "ldtoken" when i.Operand is FieldInfo:
                stack.Push(new TokenValue((FieldInfo)i.Operand));
                return true;
        }
        if (operation.StartsWith("ldelem", StringComparison.Ordinal))
        {
            stack.Push(importer.Load(PopElement()));
            return true;
        }
        if (operation.StartsWith("stelem", StringComparison.Ordinal))
        {
            CsValue value = stack.Pop();
            importer.Store(PopElement(), value);
            return true;
        }
        return false;
    }

    private MemoryReference PopElement()
    {
        Value index = Number(stack.Pop());
        return ArrayOnStack(stack.Pop()).At(Builder, [index]);
    }

    private ArrayValue ArrayOnStack(CsValue value) => importer.Require(value) as ArrayValue
        ?? throw importer.Error(
            "An array is used that the kernel did not make.", "Pass an ArrayView<T>, or use LocalMemory.Allocate<T>(n).");

    /// <summary>The methods that the runtime gives arrays of several dimensions.</summary>
    private bool ImportArrayMethod(MethodBase target, CsValue[] given)
    {
        if (target.DeclaringType is not { IsArray: true } || target is not MethodInfo)
            return false;
        ArrayValue array = ArrayOnStack(given[0]);
        Value[] indices = [.. given[1..(1 + array.Lengths.Length)].Select(Scalar)];
        MemoryReference element = array.At(Builder, indices);
        switch (target.Name)
        {
            case "Get":
                stack.Push(importer.Load(element));
                return true;
            case "Set":
                importer.Store(element, given[^1]);
                return true;
            case "Address":
                stack.Push(element);
                return true;
            default:
                return false;
        }
    }
}
