using System.Text.RegularExpressions;

namespace VaeGpu.Gpu.Inspection;

/// <summary>What a kernel's PTX consists of, counted in its text; loops count once.</summary>
/// <param name="Instructions">Instructions.</param>
/// <param name="Registers">Registers that are declared, of all types; the driver's compiler assigns the hardware's.</param>
/// <param name="LocalBytes">Memory of each thread that is declared: arrays that are not in registers.</param>
/// <param name="LocalAccesses">Loads and stores of local memory.</param>
/// <param name="GlobalAccesses">Loads and stores of global memory by the bytes that one moves; generic ones count as global.</param>
/// <param name="SharedAccesses">Loads and stores of shared memory.</param>
/// <param name="Barriers">Barriers of the group.</param>
public sealed partial record PtxSummary(
    int Instructions, int Registers, int LocalBytes, int LocalAccesses, IReadOnlyDictionary<int, int> GlobalAccesses, int SharedAccesses,
    int Barriers)
{
    /// <summary>Counts a text from its kernel on; functions before it are not called.</summary>
    public static PtxSummary Of(string ptx)
    {
        int instructions = 0, registers = 0, localBytes = 0, local = 0, shared = 0, barriers = 0;
        var global = new SortedDictionary<int, int>();
        foreach (string statement in Statements(ptx[Math.Max(0, ptx.IndexOf(".entry", StringComparison.Ordinal))..]))
        {
            if (RegisterDeclaration().Match(statement) is { Success: true } declared)
                registers += declared.Groups[1].Success ? Number(declared.Groups[1]) : statement.Count(c => c == '%');
            else if (LocalDeclaration().Match(statement) is { Success: true } array)
                localBytes += Number(array.Groups[1]) / 8 * Number(array.Groups[2]);
            if (statement.StartsWith('.'))
                continue;
            instructions++;
            if (Barrier().IsMatch(statement))
                barriers++;
            if (Access().Match(statement) is not { Success: true } access)
                continue;
            string space = access.Groups["space"].Value;
            if (space == "local")
                local++;
            else if (space == "shared")
                shared++;
            else if (space is "" or "global")
                global[Bytes(access)] = global.GetValueOrDefault(Bytes(access)) + 1;
        }
        return new(instructions, registers, localBytes, local, global, shared, barriers);
    }

    private static int Bytes(Match access) =>
        (access.Groups["vector"].Success ? Number(access.Groups["vector"]) : 1) * Number(access.Groups["bits"]) / 8;

    private static int Number(System.Text.RegularExpressions.Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>The text's statements without comments, labels, predicates and braces.</summary>
    private static IEnumerable<string> Statements(string ptx) =>
        Comments().Replace(ptx, " ").Split(';', '{', '}').Select(part => Prefix().Replace(part.Trim(), "")).Where(part => part.Length > 0)
            .Where(part => part[0] == '.' || char.IsAsciiLetterLower(part[0]));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^(?:[\w$]+:\s*)*(?:@!?%\w+\s+)?")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^\.reg\s+\.\w+\s+[^<]*(?:<(\d+)>)?$")]
    private static partial Regex RegisterDeclaration();

    [GeneratedRegex(@"^\.local\b.*\.[bfus](\d+)\s+\w+\s*\[(\d+)\]$")]
    private static partial Regex LocalDeclaration();

    [GeneratedRegex(@"^(?:bar|barrier)\.")]
    private static partial Regex Barrier();

    [GeneratedRegex(@"^(?:ld|st)(?:\.(?:volatile|relaxed|gpu|cta))*(?:\.(?<space>global|shared|local|param|const))?(?:::\w+)?"
        + @"(?:\.(?:nc|ca|cg|cs|lu|cv|wb|wt))*(?:\.v(?<vector>[24]))?\.[bfus](?<bits>\d+)\b")]
    private static partial Regex Access();
}
