namespace VaeGpu.CudaEmulator.Machine;

/// <summary>Reads a module: directives, declarations, statements. What an instruction means is the decoder's affair.</summary>
internal sealed partial class PtxParser(string text)
{
    /// <summary>The ISA version that first knew each target (PTX ISA, "Release Notes").</summary>
    private static readonly Dictionary<int, Version> Targets = new()
    {
        [20] = new(2, 0), [21] = new(2, 0), [30] = new(3, 0), [32] = new(4, 0), [35] = new(3, 1), [37] = new(4, 1),
        [50] = new(4, 0), [52] = new(4, 1), [53] = new(4, 2), [60] = new(5, 0), [61] = new(5, 0), [62] = new(5, 0),
        [70] = new(6, 0), [72] = new(6, 1), [75] = new(6, 3), [80] = new(7, 0), [86] = new(7, 1), [87] = new(7, 4),
        [89] = new(7, 8), [90] = new(7, 8), [100] = new(8, 6), [101] = new(8, 6), [103] = new(8, 8), [120] = new(8, 7), [121] = new(8, 8),
    };

    /// <summary>The most threads that a processor of any GPU holds.</summary>
    private const int ProcessorThreads = 2048;

    private static readonly Version Newest = new(9, 1);

    private readonly List<PtxToken> tokens = PtxLexer.Read(text);
    private readonly string[] lines = text.Split('\n');
    private readonly PtxScope module = new(null);
    private readonly List<PtxVariable> moduleArrays = [];
    private readonly List<PtxFunction> functions = [];
    private int at;
    private Version version = new(0, 0);
    private int target;

    private PtxToken Next => tokens[at];

    public PtxModule Module()
    {
        Header();
        FindFunctions();
        while (Next.Kind != PtxTokenKind.End)
            TopLevel();
        PtxEntry[] entries =
            [.. functions.Select(function => new PtxEntry(function, new PtxDecoder(function, version, target, lines).Program()))];
        return new(version, target, entries);
    }

    private void Header()
    {
        int line = Next.Line;
        Expect(".version");
        PtxToken number = Take(PtxTokenKind.Number, "the ISA version");
        if (!System.Version.TryParse(number.Text, out Version? found) || found > Newest)
            throw new PtxException(number.Line, $".version {number.Text} is no ISA version that the machine knows (up to {Newest})");
        version = found;
        Expect(".target");
        PtxToken name = Take(PtxTokenKind.Word, "a target such as sm_50");
        if (Accept(","))
            Expect("debug");
        string digits = name.Text.StartsWith("sm_", StringComparison.Ordinal) ? name.Text[3..].TrimEnd('a', 'f') : "";
        if (!int.TryParse(digits, out target) || !Targets.TryGetValue(target, out Version? since))
            throw new PtxException(name.Line, $".target {name.Text} is no target that the machine knows");
        if (since > version)
            throw new PtxException(name.Line, $".target {name.Text} needs .version {since}; the module says {version}");
        Expect(".address_size");
        PtxToken size = Take(PtxTokenKind.Number, "64");
        if (size.Text != "64")
            throw new PtxException(size.Line, $".address_size {size.Text}: the machine knows 64 only");
        if (version < new Version(2, 3))
            throw new PtxException(line, $".address_size needs .version 2.3; the module says {version}");
    }

    private void TopLevel()
    {
        PtxToken token = Next;
        bool external = Accept(".extern");
        bool visible = !external && Accept(".visible");
        if (Accept(".func"))
        {
            Function();
        }
        else if (visible || Next.Text == ".entry")
        {
            Expect(".entry");
            Entry();
        }
        else if (Next.Text == ".shared")
        {
            PtxVariable array = Array(module, 0, external);
            moduleArrays.Add(array);
        }
        else if (!Debugging())
        {
            throw new PtxException(token.Line, $"{token} is nothing that the machine knows at the top of a module");
        }
    }

    private void Entry()
    {
        PtxToken name = Take(PtxTokenKind.Word, "the entry's name");
        PtxFunction function = new() { Name = name.Text, Line = name.Line };
        module.Declare(name.Line, name.Text, new PtxLabel(-1));
        PtxScope scope = new(module);
        if (Accept("("))
            Parameters(function, scope);
        while (Next.Kind == PtxTokenKind.Directive)
            LaunchBound(function);
        Expect("{");
        Block(function, new PtxScope(scope));
        Finish(function);
        functions.Add(function);
    }

    private void Finish(PtxFunction function)
    {
        if (function.Body.Count == 0)
            throw new PtxException(function.Line, $"'{function.Name}' is empty: it runs off its end without ret");
        function.Variables.AddRange(moduleArrays.Where(array => Uses(function, array.Name)));
        function.LayOut();
    }

    private void Parameters(PtxFunction function, PtxScope scope)
    {
        int end = 0;
        if (Accept(")"))
            return;
        do
        {
            int line = Next.Line;
            PtxVariable parameter = Parameter(PtxSpace.Param);
            parameter.Address = PtxFunction.Align(end, parameter.Alignment);
            end = parameter.Address + parameter.Bytes;
            function.Parameters.Add(new(parameter.Name, parameter.Address, parameter.Bytes, parameter.Alignment));
            scope.Declare(line, parameter.Name, parameter);
        }
        while (Accept(","));
        Expect(")");
        int limit = version >= new Version(8, 1) && target >= 70 ? 32764 : 4352;
        if (end > limit)
            throw new PtxException(function.Line, $"{end} bytes of parameters; a kernel takes {limit}");
        function.ParameterBytes = end;
    }

    /// <summary>A parameter of a kernel or, in the space of calls, of a function.</summary>
    private PtxVariable Parameter(PtxSpace space)
    {
        int line = Next.Line;
        Expect(".param");
        int alignment = Alignment();
        PtxType type = Type();
        if (type == PtxType.Pred)
            throw new PtxException(line, "a parameter cannot be a predicate");
        if (Accept(".ptr"))
        {
            _ = Accept(".global") || Accept(".shared") || Accept(".local") || Accept(".const");
            _ = Alignment();
        }
        string name = Take(PtxTokenKind.Word, "the parameter's name").Text;
        int bytes = type.Bytes() * (ArrayLength(line) ?? 1);
        return new(0, space, name, bytes, Math.Max(alignment, type.Bytes()), false);
    }

    private void LaunchBound(PtxFunction function)
    {
        PtxToken directive = Next;
        at++;
        switch (directive.Text)
        {
            case ".maxntid":
                function.MaximumThreads = Dimensions();
                break;
            case ".reqntid":
                Needs(directive, new(2, 1));
                function.RequiredThreads = Dimensions();
                break;
            case ".minnctapersm":
                Needs(directive, new(2, 0));
                function.MinGroupsPerProcessor = Count();
                break;
            case ".maxnreg":
                _ = Count();
                break;
            case ".pragma":
                Pragma();
                break;
            default:
                throw new PtxException(directive.Line, $"{directive} is no launch bound that the machine knows");
        }
        if (function.MaxThreads is < 1 or > 1024)
            throw new PtxException(directive.Line, $"a group has 1 to 1024 threads, not {function.MaxThreads}");
        if (function.RequiredThreads is not null && function.MaximumThreads is not null)
            throw new PtxException(directive.Line, ".reqntid and .maxntid cannot stand together");
        if (function.MinGroupsPerProcessor > 0 && Next.Text == "{" && function.RequiredThreads is null && function.MaximumThreads is null)
            throw new PtxException(directive.Line, ".minnctapersm is ignored without .maxntid or .reqntid");
        if (function.MinGroupsPerProcessor * function.MaxThreads > ProcessorThreads && Next.Text == "{")
        {
            throw new PtxException(directive.Line, $".minnctapersm is ignored where its groups have more than the {ProcessorThreads} "
                + $"threads of a processor; they have {function.MinGroupsPerProcessor * function.MaxThreads}");
        }
    }

    private void Block(PtxFunction function, PtxScope scope, bool isCalled = false)
    {
        bool labeled = false;
        while (!Accept("}"))
        {
            PtxToken token = Next;
            if (Accept("{"))
            {
                Block(function, new PtxScope(scope), isCalled);
            }
            else if (token.Kind == PtxTokenKind.Directive)
            {
                Declaration(function, scope);
                continue;
            }
            else if (token.Kind == PtxTokenKind.Word && tokens[at + 1].Text == ":")
            {
                at += 2;
                scope.Declare(token.Line, token.Text, new PtxLabel(function.Body.Count));
                labeled = true;
                continue;
            }
            else if (token.Text is "call" or "call.uni")
            {
                Call(function, scope);
            }
            else
            {
                PtxStatement statement = Statement();
                bool returns = isCalled && statement.Opcode == "ret";
                function.Body.Add((returns ? statement with { Opcode = "bra", Operands = [new PtxOperand.Name(Return, false, 0, false)] }
                    : statement, scope));
            }
            labeled = false;
        }
        if (labeled)
            throw new PtxException(tokens[at - 1].Line, "a label stands before the end of a block, where no instruction follows");
    }

    private void Declaration(PtxFunction function, PtxScope scope)
    {
        PtxToken token = Next;
        switch (token.Text)
        {
            case ".reg":
                Registers(function, scope);
                break;
            case ".shared" or ".local" or ".param":
                function.Variables.Add(Array(scope, function.Body.Count, false));
                break;
            case ".pragma":
                at++;
                Pragma();
                break;
            default:
                if (!Debugging())
                    throw new PtxException(token.Line, $"{token} is nothing that the machine knows inside an entry");
                break;
        }
    }

    private void Registers(PtxFunction function, PtxScope scope)
    {
        Expect(".reg");
        int line = Next.Line;
        PtxType type = Type();
        if (!type.IsRegister())
            throw new PtxException(line, $"a register cannot be {type.Text()}: such values live in registers of bits");
        do
        {
            PtxToken name = Take(PtxTokenKind.Word, "a register's name");
            if (PtxSpecial.IsReserved(name.Text) || name.Text == "_" || name.Text.Contains('.'))
                throw new PtxException(name.Line, $"'{name.Text}' is no name for a register");
            if (Accept("<"))
            {
                scope.DeclareFamily(name.Line, name.Text, Count(), type, function.Body.Count);
                Expect(">");
            }
            else
            {
                scope.Declare(name.Line, name.Text, new PtxRegister(function.Body.Count, type, name.Text));
            }
        }
        while (Accept(","));
        Expect(";");
    }

    /// <summary><c>.shared .align 16 .b8 name[1024];</c> and kin.</summary>
    private PtxVariable Array(PtxScope scope, int order, bool external)
    {
        int line = Next.Line;
        PtxSpace space = Next.Text switch { ".shared" => PtxSpace.Shared, ".param" => PtxSpace.Call, _ => PtxSpace.Local };
        at++;
        int alignment = Alignment();
        PtxType type = Type();
        if (type == PtxType.Pred)
            throw new PtxException(line, "an array cannot hold predicates");
        string name = Take(PtxTokenKind.Word, "an array's name").Text;
        int length = 1;
        if (external)
        {
            Expect("[");
            Expect("]");
        }
        else
        {
            length = ArrayLength(line) ?? 1;
        }
        Expect(";");
        int bytes = external ? 0 : checked(type.Bytes() * length);
        PtxVariable array = new(order, space, name, bytes, Math.Max(alignment, type.Bytes()), external);
        scope.Declare(line, name, array);
        return array;
    }

    private void Pragma()
    {
        do
            _ = Take(PtxTokenKind.Text, "a pragma in quotes");
        while (Accept(","));
        Expect(";");
    }

    /// <summary>Skips <c>.loc</c>, <c>.file</c> and <c>.section</c>, which say nothing to the machine.</summary>
    private bool Debugging()
    {
        if (Accept(".section"))
        {
            while (!Accept("}"))
                at += Next.Kind == PtxTokenKind.End ? throw new PtxException(Next.Line, "a section without its end") : 1;
            return true;
        }
        if (Next.Text is not (".loc" or ".file"))
            return false;
        int line = Next.Line;
        while (Next.Kind != PtxTokenKind.End && Next.Line == line)
            at++;
        return true;
    }

    private static bool Uses(PtxFunction function, string name) =>
        function.Body.Any(line => line.Statement.Operands.Any(operand => Names(operand, name)));

    private static bool Names(PtxOperand operand, string name) => operand switch
    {
        PtxOperand.Name plain => plain.Text == name,
        PtxOperand.Address address => address.Base == name,
        _ => false,
    };

    private void Needs(PtxToken what, Version since)
    {
        if (version < since)
            throw new PtxException(what.Line, $"{what.Text} needs .version {since}; the module says {version}");
    }

    private bool Accept(string sign)
    {
        if (Next.Text != sign)
            return false;
        at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Accept(sign))
            throw new PtxException(Next.Line, $"'{sign}' is expected, not {Next}");
    }

    private PtxToken Take(PtxTokenKind kind, string what)
    {
        PtxToken token = Next;
        if (token.Kind != kind)
            throw new PtxException(token.Line, $"{what} is expected, not {token}");
        at++;
        return token;
    }
}
