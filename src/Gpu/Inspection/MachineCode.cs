using System.Text.RegularExpressions;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// The processor's instructions for a kernel, from the listing of .NET's JIT. The runtime writes it for methods that it compiles in a
/// process that was started with <see cref="Environment"/>.
/// </summary>
public static partial class MachineCode
{
    private const int CodeColumns = 88;

    /// <summary>The environment of a process whose JIT lists what a kernel is compiled to.</summary>
    /// <param name="kernel">The kernel's name; type arguments do not count.</param>
    /// <param name="file">Where the listing is written.</param>
    public static IReadOnlyDictionary<string, string> Environment(string kernel, string file) => new Dictionary<string, string>
    {
        ["DOTNET_JitDisasm"] = $"*{kernel.Split('<')[0]}*", ["DOTNET_JitStdOutFile"] = file,
    };

    /// <summary>Compiles a kernel for the vectors of this processor, down to its instructions.</summary>
    /// <exception cref="KernelCompilationException">The language, or the target, does not allow something in the kernel.</exception>
    public static void Compile(MethodInfo kernel, Index3D groupDim, KernelSpecialization specialization = default)
    {
        Function function = new KernelSource(kernel, specialization).Optimize(groupDim, CodeListing.VectorLanes);
        Passes.CudaOnly.Refuse(function, "The target asm");
        RuntimeHelpers.PrepareDelegate(SimdEmitter.Emit(function, groupDim, CodeListing.VectorLanes).Runner);
    }

    /// <summary>
    /// The instructions of a kernel with its loops, a bar in the margin for each, and what is slow in them: gathers and scatters, masked
    /// accesses, registers that are stored and loaded again, calls.
    /// </summary>
    /// <param name="listing">What the JIT wrote.</param>
    /// <param name="kernel">The kernel's name with its type arguments, as <see cref="KernelLaunch.Name"/> has it.</param>
    /// <returns>Null where the listing does not have the kernel.</returns>
    public static string? Annotate(string listing, string kernel)
    {
        string? method = MethodStart().Split(listing).FirstOrDefault(part => part.StartsWith(kernel + "(", StringComparison.Ordinal));
        if (method is null)
            return null;
        string[] lines = [.. method.Split('\n').Skip(1).Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
        (int[] depths, bool[] innermost) = Loops(lines);
        var text = new StringBuilder();
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].StartsWith(';') ? lines[i] : $"{new string('|', depths[i]),-3}{lines[i].TrimStart()}";
            if (Label().IsMatch(lines[i]))
                line = lines[i];
            if (MarkOf(lines[i], depths[i] > 0) is { } mark)
            {
                line = $"{line.PadRight(CodeColumns)}; {mark}";
                if (innermost[i])
                    found[mark] = found.GetValueOrDefault(mark) + 1;
            }
            text.Append(line).Append('\n');
        }
        string slow = found.Count == 0 ? "nothing that is slow" : string.Join(", ", found.Select(of => $"{of.Value} × {of.Key}"));
        return $"// {CodeListing.VectorLanes} lanes; in innermost loops: {slow}\n{text}";
    }

    /// <summary>How many loops each line is in, and whether it is in an innermost one; a loop ends at the last jump to its label.</summary>
    private static (int[] Depths, bool[] Innermost) Loops(string[] lines)
    {
        var labels = new Dictionary<string, int>();
        var ends = new SortedDictionary<int, int>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups[1].Value] = i;
            else if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int start))
                ends[start] = i;
        }
        var depths = new int[lines.Length];
        var innermost = new bool[lines.Length];
        foreach (var (start, end) in ends)
        {
            bool isInnermost = !ends.Any(other => other.Key > start && other.Value <= end);
            for (int i = start; i <= end; i++)
            {
                depths[i]++;
                innermost[i] |= isInnermost;
            }
        }
        return (depths, innermost);
    }

    private static string? MarkOf(string line, bool inLoop) =>
        Gather().Match(line) is { Success: true } many ? many.Groups[1].Value
        : Masked().IsMatch(line) ? "masked access"
        : !inLoop ? null
        : Call().IsMatch(line) ? "call"
        : Stored().IsMatch(line) ? "spill"
        : Loaded().IsMatch(line) ? "reload"
        : null;

    [GeneratedRegex(@"^; Assembly listing for method [^:\n]*:", RegexOptions.Multiline)]
    private static partial Regex MethodStart();

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+(?:j\w+|b(?:\.?\w\w)?|cbn?z|tbn?z)\s+.*\b(G_M\w+)\s*$")]
    private static partial Regex Jump();

    [GeneratedRegex(@"^\s+vp?(gather|scatter)\w*\s")]
    private static partial Regex Gather();

    [GeneratedRegex(@"^\s+(?:vp?maskmov\w*\s|.*\{k[0-7]\}.*\[|.*\[.*\{k[0-7]\})")]
    private static partial Regex Masked();

    [GeneratedRegex(@"^\s+(?:call|blr?)\s")]
    private static partial Regex Call();

    [GeneratedRegex(@"^\s+(?:\w*mov\w*\s+[^,]*\[[rf]?[sb]p\b|st[rp]\s.*\[(?:fp|sp)\b)")]
    private static partial Regex Stored();

    [GeneratedRegex(@"^\s+(?!lea\b)(?:\w+\s+.*,.*\[r[sb]p\b|ld[rp]\s.*\[(?:fp|sp)\b)")]
    private static partial Regex Loaded();
}
