namespace VaeGpu.Gpu.Frontend;

/// <summary>The instructions of a block, one by one over the evaluation stack.</summary>
internal sealed partial class MethodImporter
{
    private Type? constrained;

    private void ImportInstruction(IlInstruction i)
    {
        SetLocation(i.Offset);
        string operation = i.Operation;
        switch (operation)
        {
            case "nop" or "break" or "volatile." or "unaligned." or "readonly." or "tail.":
                break;
            case "dup":
                stack.Push(stack.Peek());
                break;
            case "pop":
                stack.Pop();
                break;
            case "constrained.":
                constrained = (Type)i.Operand!;
                break;
            case "ldstr":
                stack.Push(new NoValue("A string is used.", "Kernels have no strings; pass numbers.", (string)i.Operand!));
                break;
            case "call" or "callvirt":
                ImportCall((MethodBase)i.Operand!, operation == "callvirt");
                break;
            case "newobj":
                ImportNew((ConstructorInfo)i.Operand!);
                break;
            case "sizeof":
                stack.Push(new ScalarValue(Constant.I32(StructLayout.SizeOf((Type)i.Operand!))));
                break;
            default:
                if (!ImportVariable(operation, i) && !ImportMemory(operation, i) && !ImportArray(operation, i)
                    && !ImportArithmetic(operation, i))
                    throw Unsupported(operation);
                break;
        }
    }

    private KernelCompilationException Unsupported(string operation) => operation switch
    {
        "box" or "unbox" or "unbox.any" or "castclass" or "isinst" =>
            importer.Error("A value is boxed or cast to an object.", "Kernels have no heap; use generics with struct constraints."),
        "ldftn" or "ldvirtftn" or "calli" => importer.Error("A delegate or function pointer is used.",
            "Pass a policy struct as a type parameter and call its static abstract member; calls are then inlined."),
        "ldnull" or "initblk" or "cpblk" or "localloc" or "ldtoken" =>
            importer.Error($"An object or raw memory is used ({operation}).", "Kernels use ArrayView<T>, numbers and structs."),
        _ when operation.Contains(".ovf", StringComparison.Ordinal) =>
            importer.Error("Arithmetic is checked for overflow.", "Kernels cannot throw; write unchecked(…)."),
        _ => importer.Error($"The IL instruction {operation} is not allowed in a kernel.", "Use numbers, structs and views only."),
    };

    private bool ImportVariable(string operation, IlInstruction i)
    {
        (int[] variables, Type[] types) = operation is "ldloc" or "stloc" or "ldloca"
            ? (locals, body.LocalTypes)
            : (arguments, body.ArgumentTypes);
        switch (operation)
        {
            case "ldloc" or "ldarg":
                stack.Push(importer.Require(Environment[variables[i.Variable]]));
                return true;
            case "stloc" or "starg":
                Environment[variables[i.Variable]] = types[i.Variable] == typeof(bool) ? AsBool(stack.Pop()) : stack.Pop();
                return true;
            case "ldloca" or "ldarga":
                stack.Push(AddressOf(variables[i.Variable], types[i.Variable]));
                return true;
            default:
                return false;
        }
    }

    private VariableReference AddressOf(int variable, Type type)
    {
        if (!body.IsStable(type))
            Environment.TakeAddress(variable);
        return new VariableReference(variable, type, []);
    }

    private bool ImportMemory(string operation, IlInstruction i)
    {
        // What the reference is to tells the type.
        string general = operation.StartsWith("ldind.", StringComparison.Ordinal) ? "ldobj"
            : operation.StartsWith("stind.", StringComparison.Ordinal) ? "stobj" : operation;
        switch (general)
        {
            case "ldobj":
                stack.Push(importer.Load(stack.Pop()));
                return true;
            case "stobj":
                CsValue value = stack.Pop();
                importer.Store(stack.Pop(), value);
                return true;
            case "cpobj":
                CsValue source = stack.Pop();
                importer.Store(stack.Pop(), importer.Load(source));
                return true;
            case "initobj":
                importer.Store(stack.Pop(), importer.Default((Type)i.Operand!));
                return true;
            case "ldfld":
                stack.Push(importer.LoadField(stack.Pop(), (FieldInfo)i.Operand!));
                return true;
            case "ldflda":
                stack.Push(importer.FieldAddress(stack.Pop(), (FieldInfo)i.Operand!));
                return true;
            case "stfld":
                CsValue field = stack.Pop();
                importer.Store(importer.FieldAddress(stack.Pop(), (FieldInfo)i.Operand!), field);
                return true;
            case "ldsfld":
                var constant = (FieldInfo)i.Operand!;
                if (constant.FieldType.IsSubclassOf(typeof(Delegate)))
                    throw Unsupported("ldftn");
                stack.Push(importer.StaticField(constant));
                return true;
            case "ldsflda" when i.Operand is FieldInfo { IsInitOnly: true } readOnly:
                stack.Push(new VariableReference(Environment.Declare(importer.StaticField(readOnly)), readOnly.FieldType, []));
                return true;
            case "stsfld" when importer.StaticFields.HasFlag(StaticFieldMode.IgnoreStaticFieldStores):
                stack.Pop();
                return true;
            case "stsfld" or "ldsflda":
                throw importer.Error(
                    $"The static field {Naming.Of((FieldInfo)i.Operand!)} is {(operation == "stsfld" ? "written" : "referred to")}.",
                    "Write results through an ArrayView; constants are 'const'.");
        }
        return false;
    }

    private void ImportNew(ConstructorInfo constructor)
    {
        Type type = constructor.DeclaringType!;
        if (type.IsArray)
        {
            stack.Push(importer.NewArray(type.GetElementType()!, [.. Pop(constructor.GetParameters().Length).Select(AsInt)]));
            return;
        }
        if (!type.IsValueType)
        {
            throw type.IsSubclassOf(typeof(Delegate)) || Naming.IsClosure(type)
                ? Unsupported("ldftn")
                : importer.Error($"An object of class {Naming.Of(type)} is allocated on the heap.",
                    "Make it a struct, or pass it in by its numbers.");
        }
        CsValue[] given = Pop(constructor.GetParameters().Length);
        int variable = Environment.Declare(importer.Default(type));
        Environment.TakeAddress(variable);
        new MethodImporter(importer, constructor, [new VariableReference(variable, type, []), .. Coerce(constructor, given)]).Import();
        CsValue value = Environment[variable]!;
        Environment.Truncate(variable);
        stack.Push(value);
    }

    private CsValue[] Pop(int count)
    {
        var values = new CsValue[count];
        for (int i = count - 1; i >= 0; i--)
            values[i] = stack.Pop();
        return values;
    }

    private void ImportCall(MethodBase target, bool isVirtual)
    {
        Type? type = constrained;
        constrained = null;
        CsValue[] given = Pop(target.GetParameters().Length + (target.IsStatic ? 0 : 1));
        if (type is not null)
            target = Implementation(type, target);
        if (ImportArrayMethod(target, given))
            return;
        if (Intrinsics.TryImport(importer, target, given, out CsValue? value))
        {
            if (value is not null)
                stack.Push(value);
            return;
        }
        if (type is null && isVirtual && target.IsVirtual && !target.IsFinal && !target.DeclaringType!.IsSealed)
            throw importer.Error($"{Naming.Of(target)} is called virtually.",
                "Make the callee a struct type parameter (where T : struct, I…): calls are then resolved when the kernel is compiled.");
        if (!target.IsStatic && !target.DeclaringType!.IsValueType && given[0] is not ReceiverValue)
        {
            throw target.DeclaringType!.IsSubclassOf(typeof(Delegate))
                ? Unsupported("ldftn")
                : importer.Error($"{Naming.Of(target)} is called on an object.", "Kernels call static methods and methods of structs.");
        }
        if (target is MethodInfo { ReturnType: var returned } && returned != typeof(void))
            stack.Push(new MethodImporter(importer, target, Coerce(target, given)).Import()
                ?? throw importer.Error($"{Naming.Of(target)} never returns a value.", "Return a value on every path."));
        else
            new MethodImporter(importer, target, Coerce(target, given)).Import();
    }

    /// <summary>Makes int 0 or 1 a Bool where the callee's parameter is bool.</summary>
    private CsValue[] Coerce(MethodBase target, CsValue[] given)
    {
        ParameterInfo[] parameters = target.GetParameters();
        int hidden = given.Length - parameters.Length;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].ParameterType == typeof(bool))
                given[i + hidden] = AsBool(given[i + hidden]);
        }
        return given;
    }

    /// <summary>The method of a struct that answers a call through an interface.</summary>
    private MethodBase Implementation(Type type, MethodBase target)
    {
        if (!target.DeclaringType!.IsInterface)
        {
            return type.GetMethod(target.Name, [.. target.GetParameters().Select(p => p.ParameterType)]) is { } own
                && own.DeclaringType == type
                ? own
                : throw importer.Error($"{Naming.Of(type)} is boxed to call {target.Name}.", "Give the struct its own method.");
        }
        MethodInfo definition = target.IsGenericMethod ? ((MethodInfo)target).GetGenericMethodDefinition() : (MethodInfo)target;
        InterfaceMapping map = type.GetInterfaceMap(target.DeclaringType);
        int index = Array.FindIndex(map.InterfaceMethods, m =>
            m.MetadataToken == definition.MetadataToken && m.Module == definition.Module);
        MethodInfo found = map.TargetMethods[index];
        return target.IsGenericMethod ? found.MakeGenericMethod(target.GetGenericArguments()) : found;
    }
}
