namespace VaeGpu.CudaEmulator.Machine;

/// <content>Functions. A call is read as the function's statements in its place, its .param variables being the caller's.</content>
internal sealed partial class PtxParser
{
    /// <summary>A label that no text can name: where a function that is read in a call's place goes on.</summary>
    private const string Return = "after the call";

    private readonly Dictionary<string, PtxCallee> callees = [];
    private readonly HashSet<string> calling = [];

    /// <summary>A function's parameters, and the token that its body starts with; −1 where there is only a prototype.</summary>
    private sealed record PtxCallee(IReadOnlyList<PtxVariable> Results, IReadOnlyList<PtxVariable> Parameters)
    {
        public int Body { get; set; } = -1;
    }

    /// <summary>Notes every function of the module beforehand, since a call may stand before what it calls.</summary>
    private void FindFunctions()
    {
        int start = at;
        int depth = 0;
        for (; Next.Kind != PtxTokenKind.End; at++)
        {
            depth += Next.Text switch { "{" => 1, "}" => -1, _ => 0 };
            if (depth == 0 && Accept(".func"))
            {
                int line = Next.Line;
                (string name, PtxCallee callee) = Prototype();
                if (callees.TryAdd(name, callee))
                    module.Declare(line, name, new PtxLabel(-1));
                if (Next.Text == "{" && callees[name].Body >= 0)
                    throw new PtxException(line, $"function '{name}' has two bodies");
                if (Next.Text == "{")
                    callees[name].Body = at;
                at--;
            }
        }
        at = start;
    }

    /// <summary>Holds a function to the ISA as it stands, called or not.</summary>
    private void Function()
    {
        int line = Next.Line;
        (string name, PtxCallee callee) = Prototype();
        if (Accept(";"))
            return;
        PtxFunction function = new() { Name = name, Line = line };
        PtxScope scope = new(module);
        foreach (PtxVariable formal in callee.Results.Concat(callee.Parameters))
        {
            function.Variables.Add(formal);
            scope.Declare(line, formal.Name, formal);
        }
        calling.Add(name);
        Expect("{");
        Block(function, new PtxScope(scope));
        calling.Remove(name);
        Finish(function);
        _ = new PtxDecoder(function, version, target, lines).Program();
    }

    /// <summary><c>.func (.param .f32 result) name (.param .f32 a, …)</c></summary>
    private (string Name, PtxCallee Callee) Prototype()
    {
        IReadOnlyList<PtxVariable> results = Accept("(") ? Formals() : [];
        string name = Take(PtxTokenKind.Word, "the function's name").Text;
        return (name, new(results, Accept("(") ? Formals() : []));
    }

    private List<PtxVariable> Formals()
    {
        List<PtxVariable> formals = [];
        if (Accept(")"))
            return formals;
        do
            formals.Add(Parameter(PtxSpace.Call));
        while (Accept(","));
        Expect(")");
        return formals;
    }

    /// <summary><c>call (result), name, (a, …);</c></summary>
    private void Call(PtxFunction function, PtxScope scope)
    {
        PtxToken call = Next;
        at++;
        List<PtxVariable> results = Accept("(") ? Actuals(scope) : [];
        if (results.Count > 0)
            Expect(",");
        PtxToken name = Take(PtxTokenKind.Word, "the function's name");
        List<PtxVariable> arguments = [];
        if (Accept(","))
        {
            Expect("(");
            arguments = Actuals(scope);
        }
        Expect(";");
        if (!callees.TryGetValue(name.Text, out PtxCallee? callee) || callee.Body < 0)
            throw new PtxException(name.Line, $"'{name.Text}' is no function of this module with a body");
        if (!calling.Add(name.Text))
            throw new PtxException(name.Line, $"function '{name.Text}' calls itself: the machine has no stack");
        PtxScope formals = new(module);
        Bind(call, formals, callee.Results, results);
        Bind(call, formals, callee.Parameters, arguments);
        int back = at;
        at = callee.Body + 1;
        Block(function, new PtxScope(formals), isCalled: true);
        at = back;
        formals.Declare(call.Line, Return, new PtxLabel(function.Body.Count));
        calling.Remove(name.Text);
    }

    private List<PtxVariable> Actuals(PtxScope scope)
    {
        List<PtxVariable> actuals = [];
        if (Accept(")"))
            return actuals;
        do
        {
            PtxToken name = Take(PtxTokenKind.Word, "a .param variable");
            actuals.Add(scope.Find(name.Text) is PtxVariable { Space: PtxSpace.Call } variable ? variable
                : throw new PtxException(name.Line, $"'{name.Text}' is no .param variable: the machine passes nothing else to functions"));
        }
        while (Accept(","));
        Expect(")");
        return actuals;
    }

    private static void Bind(
        PtxToken call, PtxScope scope, IReadOnlyList<PtxVariable> formals, IReadOnlyList<PtxVariable> actuals)
    {
        if (formals.Count != actuals.Count)
            throw new PtxException(call.Line, $"{actuals.Count} variables stand in the call where the function has {formals.Count}");
        foreach ((PtxVariable formal, PtxVariable actual) in formals.Zip(actuals))
        {
            if (formal.Bytes != actual.Bytes || formal.Alignment > actual.Alignment)
            {
                throw new PtxException(call.Line, $"'{actual.Name}' has {actual.Bytes} bytes, aligned to {actual.Alignment}; "
                    + $"'{formal.Name}' has {formal.Bytes}, aligned to {formal.Alignment}");
            }
            scope.Declare(call.Line, formal.Name, actual);
        }
    }
}
