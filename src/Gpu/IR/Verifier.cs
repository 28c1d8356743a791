namespace VaeGpu.Gpu.IR;

/// <summary>
/// Checks what every pass relies on: each operand is defined before its use and visible there, types fit, regions yield
/// what their owner gives. A failure is a defect of the compiler and names the instruction.
/// </summary>
internal static class Verifier
{
    /// <exception cref="InvalidOperationException">The function is malformed.</exception>
    public static Function Verify(Function function)
    {
        var visible = new HashSet<Value>(function.Parameters);
        VerifyRegion(function, function.Body, visible);
        return function;
    }

    /// <summary>Checks a region; what it defines is visible in it and in the regions inside, and no longer when it ends.</summary>
    private static void VerifyRegion(Function function, Region region, HashSet<Value> visible)
    {
        visible.UnionWith(region.Arguments);
        foreach (Instruction instruction in region.Instructions)
        {
            foreach (Value operand in instruction.Operands)
                RequireVisible(function, instruction, operand, visible);
            if (CheckTypes(instruction) is { } fault)
                throw Fault(function, instruction, fault);
            if (instruction is StructuredInstruction structured)
            {
                foreach (Region inner in structured.Regions)
                    VerifyRegion(function, inner, visible);
                visible.UnionWith(structured.Results);
            }
            else if (!visible.Add(instruction))
            {
                throw Fault(function, instruction, "it stands twice");
            }
        }
        foreach (Value value in region.Yields)
            RequireVisible(function, null, value, visible);
        if (region.Condition is { } condition)
            RequireVisible(function, null, condition, visible);
        visible.ExceptWith(region.Arguments);
        foreach (Instruction instruction in region.Instructions)
            visible.ExceptWith(instruction is StructuredInstruction structured ? structured.Results : [instruction]);
    }

    private static void RequireVisible(Function function, Instruction? user, Value value, HashSet<Value> visible)
    {
        if (value is not Constant && !visible.Contains(value))
            throw Fault(function, user,
                $"an operand ({(value as Instruction)?.Op.ToString() ?? value.GetType().Name}, {value.Type}) is not defined before it");
    }

    private static string? CheckTypes(Instruction i)
    {
        Value[] o = i.Operands;
        switch (i)
        {
            case If branch:
                return branch.Condition.Type != IrType.Bool
                    ? "the condition is not Bool"
                    : Yields(branch, branch.Then) ?? Yields(branch, branch.Else);
            case For loop:
                return loop.Step == 0 || loop.Induction.Type != loop.Lower.Type || loop.Upper.Type != loop.Lower.Type
                    ? "the bounds do not fit"
                    : Yields(loop, loop.Body);
            case While loop:
                return loop.Body.Condition?.Type != IrType.Bool ? "the condition is not Bool" : Yields(loop, loop.Body);
        }
        return i.Op switch
        {
            >= Op.Add and <= Op.Rem or Op.Min or Op.Max or Op.And or Op.Or or Op.Xor or Op.DivU or Op.RemU or Op.MulHighU =>
                o.Length == 2 && o[0].Type == o[1].Type && i.Type == o[0].Type ? null : "the operands' types differ",
            Op.Shl or Op.Shr or Op.ShrU => i.Type == o[0].Type && o[1].Type == IrType.I32 ? null : "a shift takes an I32 count",
            Op.Fma => o.All(v => v.Type == i.Type) && i.Type.IsFloat ? null : "the operands' types differ",
            >= Op.Eq and <= Op.GeU => o[0].Type == o[1].Type && i.Type == IrType.Bool ? null : "the compared types differ",
            Op.Select =>
                o[0].Type == IrType.Bool && o[1].Type == o[2].Type && i.Type == o[1].Type ? null : "the alternatives' types differ",
            Op.PtrAdd =>
                o[0].Type.IsPointer && i.Type == o[0].Type && o[1].Type.IsInteger && i.Attribute > 0 ? null : "not a pointer and an index",
            Op.Load => o[0].Type.IsPointer && i.Type == i.Memory.ValueType() ? null : "not a pointer, or another type",
            Op.Prefetch => o[0].Type.IsPointer ? null : "not a pointer",
            Op.Store => o[0].Type.IsPointer && o[1].Type == i.Memory.ValueType() ? null : "not a pointer, or another type",
            Op.LoadWide => o[0].Type.IsPointer && i.Type.Lanes is 2 or 4 && i.Type with { Lanes = 1 } == i.Memory.ValueType()
                && (o.Length == 1 || o[1].Type == IrType.Bool) ? null : "not a pointer, or not a vector of the loaded type",
            Op.Extract when o[0] is AssemblyText text =>
                i.Attribute >= 0 && i.Attribute < text.Outputs.Length && i.Type == text.Outputs[i.Attribute]
                ? null : "no such output",
            Op.Address => o[0].Type.IsPointer && i.Type == IrType.I64 ? null : "not a pointer to a number",
            Op.Extract =>
                i.Attribute >= 0 && i.Attribute < o[0].Type.Lanes && i.Type == o[0].Type with { Lanes = 1 } ? null : "no such lane",
            Op.StoreWide => o[0].Type.IsPointer && i.Elements is 2 or 4 && o[1..].All(v => v.Type == i.Memory.ValueType())
                ? null : "not a pointer, or other types",
            _ => null,
        };
    }

    private static string? Yields(StructuredInstruction owner, Region region)
    {
        if (region.Yields.Count != owner.Results.Length)
            return $"a region yields {region.Yields.Count} values for {owner.Results.Length} results";
        return owner.Results.FirstOrDefault(result => region.Yields[result.Index].Type != result.Type) is { } wrong
            ? $"result {wrong.Index} is {wrong.Type}, a region yields {region.Yields[wrong.Index].Type}"
            : null;
    }

    private static InvalidOperationException Fault(Function function, Instruction? instruction, string what) =>
        new($"{function.Name}: {instruction?.Op.ToString() ?? "yield"} at {instruction?.Location?.ToString() ?? "an unknown place"}: "
            + $"{what}.\n{Printer.Print(function)}");
}
