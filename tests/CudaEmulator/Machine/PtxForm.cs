namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// One form of an instruction, as the ISA's syntax line writes it. Pattern: modifiers in order, <c>?x</c> optional, <c>a/b</c>
/// alternatives, <c>T=a/b</c> a named choice. Operands, in order: a type or the name of one, with marks before it: <c>=</c> written,
/// <c>~</c> the register may be wider, <c>#</c> a constant, <c>^</c> a register of just this type, <c>$</c> no float, <c>!</c> may be
/// negated, <c>&amp;</c> may be a variable's address, <c>%</c> may be a special register, <c>V:</c> or <c>4:</c> a vector of that many;
/// <c>[S]</c> an address in space S, <c>@</c> a label, <c>a|b</c> a pair, <c>?</c> at the end: may be left out.
/// </summary>
internal sealed class PtxForm
{
    private readonly (bool Optional, string? Name, string[] Choices)[] modifiers;

    public PtxForm(string pattern, string operands, Func<PtxInstruction, PtxOp> make, string since = "1.0", int target = 0)
    {
        Pattern = pattern;
        Make = make;
        Since = Version.Parse(since);
        Target = target;
        string[] parts = pattern.Split('.');
        Opcode = parts[0];
        modifiers = [.. parts.Skip(1).Select(Modifier)];
        Operands = operands.Length == 0 ? [] : [.. operands.Split(',', StringSplitOptions.TrimEntries).Select(PtxOperandForm.Of)];
    }

    public string Pattern { get; }

    public string Opcode { get; }

    public Version Since { get; }

    public int Target { get; }

    public IReadOnlyList<PtxOperandForm> Operands { get; }

    public Func<PtxInstruction, PtxOp> Make { get; }

    /// <summary>The named choices that the modifiers make, or null where they do not fit.</summary>
    public Dictionary<string, string>? Match(IReadOnlyList<string> given)
    {
        Dictionary<string, string> chosen = [];
        int at = 0;
        foreach ((bool optional, string? name, string[] choices) in modifiers)
        {
            if (at < given.Count && choices.Contains(given[at]))
                chosen[name ?? given[at]] = given[at++];
            else if (!optional)
                return null;
        }
        return at == given.Count ? chosen : null;
    }

    /// <summary>True where there are as many operands as the form takes, with vectors in its vectors' places.</summary>
    public bool HasShapeOf(IReadOnlyList<PtxOperand> given, Dictionary<string, string> chosen)
    {
        if (given.Count > Operands.Count || Operands.Skip(given.Count).Any(operand => !operand.Optional))
            return false;
        for (int i = 0; i < given.Count; i++)
        {
            bool vector = Operands[i].Count is { } count && (char.IsDigit(count[0]) || chosen.ContainsKey(count));
            if (vector != given[i] is PtxOperand.Vector)
                return false;
        }
        return true;
    }

    private static (bool Optional, string? Name, string[] Choices) Modifier(string text)
    {
        bool optional = text[0] == '?';
        string rest = optional ? text[1..] : text;
        int equals = rest.IndexOf('=');
        return (optional, equals < 0 ? null : rest[..equals], rest[(equals + 1)..].Split('/'));
    }
}

/// <summary>What may stand in one operand's place.</summary>
internal sealed record PtxOperandForm
{
    public string Type { get; private init; } = "";

    public string? Count { get; private init; }

    public PtxOperandForm? Second { get; private init; }

    public bool Written { get; private init; }

    public bool Wider { get; private init; }

    public bool Constant { get; private init; }

    public bool Exact { get; private init; }

    public bool NoFloat { get; private init; }

    public bool Negatable { get; private init; }

    public bool Variable { get; private init; }

    public bool Special { get; private init; }

    public bool Optional { get; private init; }

    public bool IsAddress { get; private init; }

    public bool IsLabel => Type == "@";

    public static PtxOperandForm Of(string text)
    {
        bool optional = text.EndsWith('?');
        string rest = optional ? text[..^1] : text;
        int bar = rest.IndexOf('|');
        PtxOperandForm? second = bar < 0 ? null : Of(rest[(bar + 1)..]);
        rest = bar < 0 ? rest : rest[..bar];
        int colon = rest.IndexOf(':');
        string? count = colon < 0 ? null : rest[..colon];
        rest = rest[(colon + 1)..];
        bool address = rest[0] == '[';
        string type = address ? rest.Trim('[', ']') : rest.TrimStart('=', '~', '#', '^', '$', '!', '&', '%');
        string marks = address ? "" : rest[..^type.Length];
        return new()
        {
            Type = type, Count = count, Second = second, Optional = optional, IsAddress = address,
            Exact = marks.Contains('^'), NoFloat = marks.Contains('$'),
            Written = marks.Contains('='), Wider = marks.Contains('~'), Constant = marks.Contains('#'),
            Negatable = marks.Contains('!'), Variable = marks.Contains('&'), Special = marks.Contains('%'),
        };
    }
}
