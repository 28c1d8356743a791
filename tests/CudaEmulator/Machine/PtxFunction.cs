namespace VaeGpu.CudaEmulator.Machine;

/// <summary>State spaces. Param: a kernel's parameters. Call: .param variables of functions, which each thread has for itself.</summary>
internal enum PtxSpace
{
    Generic, Global, Shared, Local, Param, Call,
}

/// <summary>A declared name. It can be used from the statement on that follows its declaration.</summary>
internal abstract record PtxSymbol(int Order);

internal sealed record PtxRegister(int Order, PtxType Type, string Name) : PtxSymbol(Order);

/// <summary>An array or parameter; the address is counted within its state space. Dynamic: <c>.extern .shared name[]</c>.</summary>
internal sealed record PtxVariable(int Order, PtxSpace Space, string Name, int Bytes, int Alignment, bool Dynamic) : PtxSymbol(Order)
{
    public int Address { get; set; } = -1;
}

/// <summary>A label names the statement that follows it.</summary>
internal sealed record PtxLabel(int Statement) : PtxSymbol(0);

/// <summary>A block's names. Inner blocks see the names of outer ones, not the reverse.</summary>
internal sealed class PtxScope(PtxScope? parent)
{
    private readonly Dictionary<string, PtxSymbol> symbols = [];
    private readonly Dictionary<string, (int Count, PtxType Type, int Order)> families = [];

    public void Declare(int line, string name, PtxSymbol symbol)
    {
        if (InFamily(name) is not null || !symbols.TryAdd(name, symbol))
            throw new PtxException(line, $"'{name}' is declared twice");
    }

    /// <summary>Declares <c>prefix0 … prefix(count−1)</c>.</summary>
    public void DeclareFamily(int line, string prefix, int count, PtxType type, int order)
    {
        bool taken = symbols.Keys.Any(name => Split(name) is var (stem, index) && stem == prefix && index < count);
        if (taken || !families.TryAdd(prefix, (count, type, order)))
            throw new PtxException(line, $"'{prefix}<{count}>' is declared twice");
    }

    public PtxSymbol? Find(string name)
    {
        if (symbols.TryGetValue(name, out PtxSymbol? symbol))
            return symbol;
        if (InFamily(name) is { } family)
            return symbols[name] = new PtxRegister(family.Order, family.Type, name);
        return parent?.Find(name);
    }

    private (PtxType Type, int Order)? InFamily(string name) =>
        !symbols.ContainsKey(name) && Split(name) is var (stem, index)
            && families.TryGetValue(stem, out (int Count, PtxType Type, int Order) family)
        && index < family.Count ? (family.Type, family.Order) : null;

    private static (string Stem, int Index)? Split(string name)
    {
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1]))
            digits--;
        bool plain = name.Length - digits is > 0 and < 9 && (name[digits] != '0' || digits == name.Length - 1);
        return plain ? (name[..digits], int.Parse(name.AsSpan(digits))) : null;
    }
}

/// <summary>A kernel as parsed: its declarations laid out, its statements not yet decoded.</summary>
internal sealed class PtxFunction
{
    /// <summary>Where static shared memory starts: not at 0, so that a null address is a finding.</summary>
    public const int SharedBase = 1024;

    public required string Name { get; init; }

    public required int Line { get; init; }

    public List<PtxParameter> Parameters { get; } = [];

    public int ParameterBytes { get; set; }

    public List<PtxVariable> Variables { get; } = [];

    public List<(PtxStatement Statement, PtxScope Scope)> Body { get; } = [];

    public int SharedBytes { get; private set; }

    public int LocalBytes { get; private set; }

    /// <summary>Where dynamic shared memory starts.</summary>
    public int DynamicBase { get; private set; }

    public (int X, int Y, int Z)? RequiredThreads { get; set; }

    public (int X, int Y, int Z)? MaximumThreads { get; set; }

    public int MinGroupsPerProcessor { get; set; }

    public int MaxThreads => (RequiredThreads ?? MaximumThreads) is var (x, y, z) ? x * y * z : 1024;

    /// <summary>Gives each array its address: static shared arrays in order, then the dynamic ones, which share one address.</summary>
    public void LayOut()
    {
        int shared = SharedBase;
        int local = 0;
        foreach (PtxVariable variable in Variables.Where(variable => !variable.Dynamic))
        {
            ref int end = ref variable.Space == PtxSpace.Shared ? ref shared : ref local;
            variable.Address = Align(end, variable.Alignment);
            end = variable.Address + variable.Bytes;
        }
        PtxVariable[] dynamic = [.. Variables.Where(variable => variable.Dynamic)];
        DynamicBase = Align(shared, dynamic.Length == 0 ? 1 : dynamic.Max(variable => variable.Alignment));
        foreach (PtxVariable variable in dynamic)
            variable.Address = DynamicBase;
        SharedBytes = shared - SharedBase;
        LocalBytes = Align(local, 16);
    }

    public static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
