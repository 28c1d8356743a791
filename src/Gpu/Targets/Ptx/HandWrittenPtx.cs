namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>What can be told of PTX written by hand from the names of its instructions.</summary>
internal static class HandWrittenPtx
{
    /// <summary>What begins a statement that changes no global memory; what is not here may.</summary>
    private static readonly string[] Harmless =
    [
        ".reg ", "cvta.", "cvt.", "mov.", "ld.", "ldmatrix.", "mma.sync.",
        "cp.async.ca.shared.", "cp.async.cg.shared.", "cp.async.commit_group", "cp.async.wait_",
    ];

    /// <summary>Whether every statement is known to write registers or shared memory only.</summary>
    public static bool KeepsGlobalMemory(string text) => text.Split([';', '\n'])
        .Select(statement => statement.Trim().TrimStart('{', '}').TrimStart())
        .All(statement => statement.Length == 0 || Array.Exists(Harmless, name => statement.StartsWith(name, StringComparison.Ordinal)));
}
