namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A module of PTX text, checked and decoded.</summary>
public sealed class PtxModule
{
    internal PtxModule(Version version, int target, IReadOnlyList<PtxEntry> entries)
    {
        Version = version;
        Target = target;
        Entries = entries;
    }

    /// <summary>What .version says.</summary>
    public Version Version { get; }

    /// <summary>What .target says: 80 for sm_80.</summary>
    public int Target { get; }

    public IReadOnlyList<PtxEntry> Entries { get; }

    /// <summary>Reads a module; every line of it is held to the ISA.</summary>
    /// <exception cref="PtxException">The text is not PTX, or not PTX that the machine knows.</exception>
    public static PtxModule Parse(string text) => new PtxParser(text).Module();

    /// <exception cref="KeyNotFoundException">No entry has the name.</exception>
    public PtxEntry Entry(string name) =>
        Entries.FirstOrDefault(entry => entry.Name == name)
        ?? throw new KeyNotFoundException($"no entry '{name}' among {string.Join(", ", Entries.Select(entry => entry.Name))}");
}

/// <summary>A kernel's parameter and its place in the packed block of parameters.</summary>
public sealed record PtxParameter(string Name, int Offset, int Size, int Alignment);

/// <summary>A kernel, ready to be launched.</summary>
public sealed class PtxEntry
{
    internal PtxEntry(PtxFunction function, PtxProgram program)
    {
        Function = function;
        Program = program;
    }

    public string Name => Function.Name;

    public IReadOnlyList<PtxParameter> Parameters => Function.Parameters;

    /// <summary>Size of the packed block.</summary>
    public int ParameterBytes => Function.ParameterBytes;

    public int StaticSharedBytes => Function.SharedBytes;

    /// <summary>Bytes of .local arrays of one thread.</summary>
    public int LocalBytes => Function.LocalBytes;

    /// <summary>Bytes of .const arrays: the machine knows none.</summary>
    public int ConstantBytes => 0;

    /// <summary>32-bit registers that the text names, capped at the 255 that a thread can have: an upper bound, no allocation.</summary>
    public int Registers => Math.Min(255, Program.RegisterWords);

    /// <summary>What .reqntid says, missing dimensions as 1.</summary>
    public (int X, int Y, int Z)? RequiredThreads => Function.RequiredThreads;

    /// <summary>Threads that a group may have: the product of .reqntid or .maxntid, else 1024.</summary>
    public int MaxThreads => Function.MaxThreads;

    /// <summary>What .minnctapersm says, or 0.</summary>
    public int MinGroupsPerProcessor => Function.MinGroupsPerProcessor;

    internal PtxFunction Function { get; }

    internal PtxProgram Program { get; }
}
