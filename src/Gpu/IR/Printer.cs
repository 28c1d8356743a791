namespace VaeGpu.Gpu.IR;

/// <summary>Writes a function as text: one instruction a line, regions indented.</summary>
internal sealed class Printer
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<Value, int> numbers = [];
    private readonly bool withLines;
    private (string? File, int Line) place;
    private int indent;

    private Printer(bool withLines) => this.withLines = withLines;

    /// <param name="function">What to write.</param>
    /// <param name="withLines">Whether the C# lines are named that the instructions come from.</param>
    public static string Print(Function function, bool withLines = false)
    {
        var printer = new Printer(withLines);
        printer.Line($"kernel {function.Name}({string.Join(", ", function.Parameters.Select(p => $"{p.Type} {printer.Name(p)}"))})");
        printer.Write(function.Body);
        return printer.text.ToString();
    }

    private void Write(Region region)
    {
        Line("{");
        indent++;
        foreach (Instruction instruction in region.Instructions)
            Write(instruction);
        if (region.Condition is { } condition)
            Line($"continue while {Name(condition)}");
        if (region.Yields.Count > 0)
            Line($"yield {Names(region.Yields)}");
        indent--;
        Line("}");
    }

    private void Write(Instruction instruction)
    {
        if (withLines && instruction.Location is { File: { } file } location && (file, location.Line) != place)
        {
            place = (file, location.Line);
            Line($"// {Path.GetFileName(file)}:{location.Line}");
        }
        switch (instruction)
        {
            case If branch:
                Line($"{Define(branch)}if {Name(branch.Condition)}");
                Write(branch.Then);
                if (!branch.Else.IsEmpty || branch.Else.Yields.Count > 0)
                {
                    Line("else");
                    Write(branch.Else);
                }
                break;
            case For loop:
                Line($"{Define(loop)}for {Name(loop.Induction)} from {Name(loop.Lower)} to {Name(loop.Upper)} step "
                    + $"{loop.Step}{Carried(loop)}");
                Write(loop.Body);
                break;
            case While loop:
                Line($"{Define(loop)}loop{Carried(loop)}");
                Write(loop.Body);
                break;
            default:
                string attribute = instruction.Op switch
                {
                    Op.Load or Op.Store or Op.LoadWide or Op.StoreWide => $".{instruction.Memory.ToString().ToLowerInvariant()}",
                    Op.Assembly => $" \"{((AssemblyText)instruction).Text}\"",
                    Op.PtrAdd => $" *{instruction.Attribute}",
                    Op.Extract => $".{instruction.Attribute}",
                    Op.SharedArray or Op.LocalArray => $" {instruction.Attribute} bytes",
                    >= Op.GroupIndex and <= Op.GridDim => $".{"xyz"[(int)instruction.Attribute]}",
                    _ => "",
                };
                string result = instruction.Op is Op.Store or Op.StoreWide ? "" : $"{Name(instruction)}: {instruction.Type} = ";
                Line($"{result}{instruction.Op.ToString().ToLowerInvariant()}{attribute} {Names(instruction.Operands)}".TrimEnd());
                break;
        }
    }

    private string Define(StructuredInstruction instruction) => instruction.Results.Length == 0
        ? ""
        : $"{string.Join(", ", instruction.Results.Select(r => $"{Name(r)}: {r.Type}"))} = ";

    private string Carried(LoopInstruction loop)
    {
        string pairs = string.Join(", ", loop.Carried.Zip(loop.Initial, (a, v) => $"{Name(a)}: {a.Type} = {Name(v)}"));
        return pairs.Length == 0 ? "" : $" with {pairs}";
    }

    private string Names(IEnumerable<Value> values) => string.Join(", ", values.Select(Name));

    private string Name(Value value)
    {
        switch (value)
        {
            case Constant c:
                return c.Type.Scalar switch
                {
                    Scalar.Bool => c.Bits != 0 ? "true" : "false",
                    Scalar.F32 => c.Float.ToString("R", CultureInfo.InvariantCulture) + "f",
                    Scalar.F64 => c.Double.ToString("R", CultureInfo.InvariantCulture) + "d",
                    _ => c.Bits.ToString(CultureInfo.InvariantCulture),
                };
            case Parameter p:
                return $"%{p.Name}";
            default:
                if (!numbers.TryGetValue(value, out int number))
                    numbers.Add(value, number = numbers.Count);
                return $"%{number}";
        }
    }

    private void Line(string line) => text.Append(' ', indent * 2).AppendLine(line);
}
