using System.Reflection;
using System.Reflection.Emit;
using VaeGpu.Gpu;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// Writes a generated kernel as a C# compiler would: a static method with views and numbers as parameters, over ILGPU's vocabulary.
/// ILGPU and our own front end read it like any other kernel.
/// </summary>
internal sealed class RandomKernelMethod
{
    private readonly ILGenerator il;
    private readonly MethodExpressions expressions;
    private readonly Dictionary<Value, LocalBuilder> locals = [];
    private readonly Dictionary<Parameter, short> arguments = [];
    private readonly Dictionary<Instruction, (LocalBuilder View, Type Element)> arrays = [];
    private readonly Dictionary<Instruction, MemoryType> elements = [];
    private readonly Dictionary<Type, LocalBuilder> casts = [];

    private RandomKernelMethod(ILGenerator il, Function function)
    {
        this.il = il;
        expressions = new MethodExpressions(il, Push);
        foreach (Parameter parameter in function.Parameters.Where(p => !IsLength(p)))
            arguments.Add(parameter, (short)arguments.Count);
        foreach (Instruction access in function.Body.All().Where(i => i.Op is Op.Load or Op.Store || i.Op.IsAtomic()))
        {
            if (Base(access.Operands[0]) is Instruction array)
                elements.TryAdd(array, access.Memory);
        }
    }

    /// <summary>The function as a method of a new type.</summary>
    public static MethodInfo Create(Function function)
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new($"Kernels.{function.Name}"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("Kernels").DefineType(
            "Kernels", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        Type[] parameters = [.. function.Parameters.Where(p => !IsLength(p)).Select(TypeOf)];
        MethodBuilder method =
            type.DefineMethod(function.Name, MethodAttributes.Public | MethodAttributes.Static, typeof(void), parameters);
        new RandomKernelMethod(method.GetILGenerator(), function).Write(function);
        return type.CreateType().GetMethod(function.Name)!;
    }

    private static bool IsLength(Parameter parameter) => parameter.Name.EndsWith(".Length", StringComparison.Ordinal);

    private static Type TypeOf(Parameter parameter) => parameter.Type.IsPointer
        ? typeof(ArrayView<>).MakeGenericType(ElementOf(parameter))
        : MethodExpressions.TypeOf(parameter.Memory!.Value);

    private static Type ElementOf(Parameter view) => view.Name switch
    {
        "inBytes" => typeof(byte),
        "counters" => typeof(int),
        _ => MethodExpressions.TypeOf(RandomKernelMemory.Types.Single(type => view.Name == $"in{type}" || view.Name == $"out{type}")),
    };

    private static Value Base(Value pointer) => pointer is Instruction { Op: Op.PtrAdd } add ? Base(add.Operands[0]) : pointer;

    private void Write(Function function)
    {
        // ILGPU's CPU accelerator gives other memory each time that an allocation is passed.
        foreach (Instruction array in function.Body.All().Where(i => i.Op == Op.SharedArray))
            Allocate(array, typeof(SharedMemory));
        Write(function.Body);
        il.Emit(OpCodes.Ret);
    }

    private void Write(Region region)
    {
        foreach (Instruction instruction in region.Instructions)
            Write(instruction);
    }

    private void Write(Instruction i)
    {
        switch (i)
        {
            case If branch:
                Write(branch);
                break;
            case For loop:
                Write(loop);
                break;
            case While loop:
                Write(loop);
                break;
            case { Op: Op.PtrAdd or Op.SharedArray }:
                break;
            case { Op: Op.Independent }:
                il.Emit(OpCodes.Call, typeof(Iterations).GetMethod(nameof(Iterations.AreIndependent))!);
                break;
            case { Op: Op.InOrder }:
                il.Emit(OpCodes.Call, typeof(Iterations).GetMethod(nameof(Iterations.KeepOrder))!);
                break;
            case { Op: Op.LocalArray }:
                Allocate(i, typeof(LocalMemory));
                break;
            case { Op: Op.Store }:
                Store(i);
                break;
            case { Op: Op.Load, Operands.Length: 3 }:
                expressions.Choose(i.Operands[1], () => Load(i), () => Push(i.Operands[2]));
                il.Emit(OpCodes.Stloc, Local(i));
                break;
            case { Op: Op.Load }:
                Load(i);
                il.Emit(OpCodes.Stloc, Local(i));
                break;
            case { Op: >= Op.AtomicAdd and <= Op.AtomicCompareExchange }:
                Count(i);
                break;
            default:
                expressions.Push(i);
                if (i.Op != Op.Barrier)
                    il.Emit(OpCodes.Stloc, Local(i));
                break;
        }
    }

    private void Write(If branch)
    {
        Label otherwise = il.DefineLabel(), end = il.DefineLabel();
        Push(branch.Condition);
        il.Emit(OpCodes.Brfalse, otherwise);
        Write(branch.Then);
        Assign(branch.Results, branch.Then.Yields);
        il.Emit(OpCodes.Br, end);
        il.MarkLabel(otherwise);
        Write(branch.Else);
        Assign(branch.Results, branch.Else.Yields);
        il.MarkLabel(end);
    }

    /// <summary>The condition stands at the end, where the C# compiler puts it.</summary>
    private void Write(For loop)
    {
        Label body = il.DefineLabel(), condition = il.DefineLabel();
        Assign(loop.Body.Arguments, [loop.Lower, .. loop.Initial]);
        il.Emit(OpCodes.Br, condition);
        il.MarkLabel(body);
        Write(loop.Body);
        Assign(loop.Body.Arguments.Skip(1), loop.Body.Yields);
        Push(loop.Induction);
        Push(new Constant(loop.Induction.Type, loop.Step));
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, Local(loop.Induction));
        il.MarkLabel(condition);
        Push(loop.Induction);
        Push(loop.Upper);
        il.Emit(loop.Step > 0 ? OpCodes.Blt : OpCodes.Bgt, body);
        Assign(loop.Results, loop.Body.Arguments.Skip(1));
    }

    private void Write(While loop)
    {
        Label body = il.DefineLabel();
        LocalBuilder goesOn = il.DeclareLocal(typeof(bool));
        Assign(loop.Body.Arguments, loop.Initial);
        il.MarkLabel(body);
        Write(loop.Body);
        Push(loop.Condition);
        il.Emit(OpCodes.Stloc, goesOn);
        Assign(loop.Body.Arguments, loop.Body.Yields);
        il.Emit(OpCodes.Ldloc, goesOn);
        il.Emit(OpCodes.Brtrue, body);
        Assign(loop.Results, loop.Body.Arguments);
    }

    /// <summary>All at once: a variable may be both read and written.</summary>
    private void Assign(IEnumerable<Value> variables, IEnumerable<Value> values)
    {
        foreach (Value value in values)
            Push(value);
        foreach (Value variable in variables.Reverse())
            il.Emit(OpCodes.Stloc, Local(variable));
    }

    private void Push(Value value)
    {
        if (value is Constant constant)
            expressions.Push(constant);
        else if (value is Parameter parameter)
            il.Emit(OpCodes.Ldarg, arguments[parameter]);
        else
            il.Emit(OpCodes.Ldloc, Local(value));
    }

    private LocalBuilder Local(Value value)
    {
        if (!locals.TryGetValue(value, out LocalBuilder? local))
            locals.Add(value, local = il.DeclareLocal(MethodExpressions.TypeOf(value.Type)));
        return local;
    }

    private void Allocate(Instruction array, Type memory)
    {
        Type element = MethodExpressions.TypeOf(elements.GetValueOrDefault(array, MemoryType.U8));
        int bytes = elements.GetValueOrDefault(array, MemoryType.U8).Bytes();
        LocalBuilder view = il.DeclareLocal(typeof(ArrayView<>).MakeGenericType(element));
        arrays.Add(array, (view, element));
        il.Emit(OpCodes.Ldc_I4, (int)array.Attribute / bytes);
        il.Emit(OpCodes.Call, memory.GetMethods().Single(m => m.Name == "Allocate" && m.IsGenericMethod
            && m.GetParameters() is [{ ParameterType: var length }] && length == typeof(int)).MakeGenericMethod(element));
        il.Emit(OpCodes.Stloc, view);
    }

    private void Load(Instruction load)
    {
        Type type = MethodExpressions.TypeOf(load.Memory);
        PushReference(load.Operands[0], type, load.Memory.Bytes());
        il.Emit(OpCodes.Ldobj, type);
    }

    private void Store(Instruction store)
    {
        Type type = MethodExpressions.TypeOf(store.Memory);
        PushReference(store.Operands[0], type, store.Memory.Bytes());
        Push(store.Operands[1]);
        expressions.Narrow(store.Memory);
        il.Emit(OpCodes.Stobj, type);
    }

    /// <summary>Nobody looks at the value before.</summary>
    private void Count(Instruction atomic)
    {
        Type type = atomic.Op is Op.AtomicMaxU or Op.AtomicMinU ? typeof(uint) : typeof(int);
        PushReference(atomic.Operands[0], type, sizeof(int));
        Push(atomic.Operands[1]);
        string name = atomic.Op.ToString()["Atomic".Length..].TrimEnd('U');
        il.Emit(OpCodes.Call, typeof(Atomic).GetMethod(name, [type.MakeByRefType(), type])!);
        il.Emit(OpCodes.Pop);
    }

    /// <summary>A reference to an element; where the view's are of another type, of a cast view.</summary>
    private void PushReference(Value pointer, Type type, int bytes)
    {
        Type element;
        if (Base(pointer) is Parameter parameter)
        {
            element = ElementOf(parameter);
            il.Emit(OpCodes.Ldarga, arguments[parameter]);
        }
        else
        {
            (LocalBuilder view, element) = arrays[(Instruction)Base(pointer)];
            il.Emit(OpCodes.Ldloca, view);
        }
        Type viewType = typeof(ArrayView<>).MakeGenericType(element);
        if (element != type)
        {
            il.Emit(OpCodes.Call, viewType.GetMethod("Cast", Type.EmptyTypes)!.MakeGenericMethod(type));
            viewType = typeof(ArrayView<>).MakeGenericType(type);
            if (!casts.TryGetValue(type, out LocalBuilder? cast))
                casts.Add(type, cast = il.DeclareLocal(viewType));
            il.Emit(OpCodes.Stloc, cast);
            il.Emit(OpCodes.Ldloca, cast);
        }
        Value index = Index(pointer, bytes);
        Push(index);
        il.Emit(OpCodes.Call, viewType.GetMethod("get_Item", [MethodExpressions.TypeOf(index.Type)])!);
    }

    /// <summary>The element of a pointer; where its offset was folded to bytes, a constant.</summary>
    private static Value Index(Value pointer, int bytes) => pointer switch
    {
        Instruction { Op: Op.PtrAdd } add when Base(pointer) != add.Operands[0] =>
            throw new NotSupportedException("An offset on an offset."),
        Instruction { Op: Op.PtrAdd, Attribute: var unit } add when unit == bytes => add.Operands[1],
        Instruction { Op: Op.PtrAdd, Attribute: 1 } add when add.Operands[1] is Constant offset => Constant.I32(offset.Int / bytes),
        Instruction { Op: Op.PtrAdd } => throw new NotSupportedException("An offset that is no whole element."),
        _ => Constant.I32(0),
    };
}
