namespace VaeGpu.Gpu.Targets;

/// <summary>What the emitters of texts share: the walk over regions, and lines of code below the C# lines that they come from.</summary>
internal abstract class TextEmitter(Function function, string target)
{
    protected readonly Function function = function;
    protected readonly StringBuilder text = new();
    protected int indent = 1;

    /// <summary>The region that is being written.</summary>
    protected Region home = function.Body;
    private (string? File, int Line) place;

    protected abstract void WriteIf(If branch);
    protected abstract void WriteFor(For loop);
    protected abstract void WriteWhile(While loop);
    protected abstract void WritePure(Instruction instruction);
    protected abstract void WriteEffect(Instruction instruction);

    protected void Write(Region region)
    {
        foreach (Instruction instruction in region.Instructions)
            Write(instruction);
    }

    /// <summary>Writes a region inside the present one, and what stands at its end.</summary>
    protected void WriteInner(Region region, Action end)
    {
        Region outer = home;
        home = region;
        indent++;
        Write(region);
        end();
        indent--;
        home = outer;
    }

    protected virtual void Write(Instruction instruction)
    {
        switch (instruction)
        {
            case If branch:
                WriteIf(branch);
                break;
            case For loop:
                WriteFor(loop);
                break;
            case While loop:
                WriteWhile(loop);
                break;
            default:
                if (instruction.Op.IsPure())
                    WritePure(instruction);
                else
                    WriteEffect(instruction);
                break;
        }
    }

    /// <summary>Says which C# line follows, where it is another one than before.</summary>
    protected void NamePlace(Instruction instruction)
    {
        if (instruction.Location is not { File: { } file } location || (file, location.Line) == place)
            return;
        place = (file, location.Line);
        Line($"// {Comment(Path.GetFileName(file))}:{location.Line.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>A name as the text may have it in a comment.</summary>
    protected virtual string Comment(string name) => name;

    protected void Line(string line) => text.Append(' ', indent * 4).Append(line).Append('\n');

    protected static string ParameterName(Parameter parameter) =>
        string.Create(CultureInfo.InvariantCulture, $"p{parameter.Index}_{Identifier(parameter.Name)}");

    protected static string Identifier(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    protected InvalidOperationException Unknown(Instruction i) =>
        new($"{function.Name}: the {target} target does not know {i.Op} of {i.Type} at {i.Location?.ToString() ?? "an unknown place"}.");
}
