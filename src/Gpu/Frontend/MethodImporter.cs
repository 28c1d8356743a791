namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// Imports one method, the kernel or an inlined one: control flow here, instructions in the other part. Each block is
/// imported once. A block that several others lead to has a flag; whoever leads there sets it, and the block follows
/// under "if flag", which folds away wherever all ways lead to it.
/// </summary>
internal sealed partial class MethodImporter
{
    private const int DeepestInlining = 100;

    private readonly Importer importer;
    private readonly MethodBase method;
    private readonly SourceLocation? caller;
    private readonly MethodCode body;
    private readonly List<IlInstruction> code;
    private readonly int firstVariable;
    private readonly int[] arguments, locals;
    private readonly Dictionary<BasicBlock, int> reached = [];
    private readonly Dictionary<BasicBlock, int> depthAtEntry = [];
    private readonly Dictionary<Loop, int> running = [];
    private readonly List<int> stackSlots = [];
    private readonly int result;
    private readonly string name;
    private Stack<CsValue> stack = new();

    public MethodImporter(Importer importer, MethodBase method, CsValue[] given)
    {
        this.importer = importer;
        this.method = method;
        caller = importer.Active.Count == 0 ? null : importer.Builder.Location;
        name = importer.Active.Count == 0 ? importer.KernelName : Naming.Of(method);
        if (importer.Active.Contains(method))
            throw importer.Error($"{name} calls itself, and kernels cannot recurse: every call is inlined.", "Write a loop instead.");
        if (importer.Active.Count >= DeepestInlining)
            throw importer.Error($"Calls nest more than {DeepestInlining} deep.",
                "Kernels inline every call: write a loop, or fewer layers of helpers.");
        body = MethodCode.Of(method)
            ?? throw importer.Error($"{name} has no IL: it is external, abstract or built into the runtime.",
                "Use what the kernel vocabulary offers.");
        if (body.TryOffset is { } offset)
        {
            SetLocation(offset);
            throw importer.Error("The method has a try, using or lock statement, or a foreach over an enumerator.",
                "Kernels have no exceptions; use plain loops over indices.");
        }
        code = body.Instructions;
        firstVariable = Environment.Count;
        arguments = Array.ConvertAll(given, value => Environment.Declare(value));
        locals = Array.ConvertAll(body.LocalTypes, type => Environment.Declare(importer.Default(type)));
        result = Environment.Declare();
    }

    private Environment Environment => importer.Environment;
    private Builder Builder => importer.Builder;

    /// <summary>Imports the body where the builder stands and gives what it returns, or null.</summary>
    public CsValue? Import()
    {
        importer.Active.Push(method);
        if (body.Graph.IrreducibleAt is { } offset)
        {
            SetLocation(offset);
            throw importer.Error("A loop is entered at two places.", "Write it without goto.");
        }
        ImportBlock(body.Graph.Entry);
        importer.Active.Pop();
        CsValue? value = Environment[result];
        Environment.Truncate(firstVariable);
        Builder.Location = caller ?? Builder.Location;
        return value;
    }

    private void ImportBlock(BasicBlock block)
    {
        if (block.Heads is { } loop)
            ImportLoop(loop);
        else
            ImportBody(block);
    }

    private void ImportLoop(Loop loop)
    {
        Unset(loop.Followers);
        running[loop] = Environment.Declare();
        // The flags that a way out of the loop sets: of blocks behind it, or of an outer loop that goes round.
        var exits = new HashSet<int>();
        foreach (BasicBlock block in loop.Blocks)
        {
            foreach (BasicBlock target in block.Successors.Where(t => !loop.Blocks.Contains(t)))
                exits.Add(ControlFlowGraph.IsBackEdge(block, target) ? running[target.Heads!] : Reached(target));
        }
        int onlyExit = exits.Count == 1 ? exits.First() : -1;
        SetLocation(code[loop.Header.First].Offset);
        Environment.Loop(Assigned(loop), onlyExit >= 0 ? [] : exits, running[loop], () => ImportBody(loop.Header));
        if (onlyExit >= 0)
            Environment.SetFlag(onlyExit, true);
        ImportFollowers(loop.Followers);
    }

    private void ImportBody(BasicBlock block)
    {
        if (code[block.Last].Flow == FlowControl.Throw)
        {
            SetLocation(code[block.Last].Offset);
            throw importer.Error("Kernels cannot throw exceptions.", "Write a marker value instead, and check it on the host.");
        }
        Unset(block.Followers);
        stack = new();
        for (int i = 0; i < depthAtEntry.GetValueOrDefault(block); i++)
        {
            stack.Push(Environment[stackSlots[i]]!);
            Environment[stackSlots[i]] = null;
        }
        for (int i = block.First; i < block.Last; i++)
            ImportInstruction(code[i]);
        IlInstruction last = code[block.Last];
        SetLocation(last.Offset);
        switch (last.Flow)
        {
            case FlowControl.Cond_Branch:
                ImportBranch(block, last);
                break;
            case FlowControl.Branch:
                SaveStack(block);
                GoTo(block, block.Successors[0]);
                break;
            case FlowControl.Return:
                if (stack.Count > 0)
                    Environment[result] = ((MethodInfo)method).ReturnType == typeof(bool) ? AsBool(stack.Pop()) : stack.Pop();
                break;
            default:
                ImportInstruction(last);
                SaveStack(block);
                GoTo(block, block.Successors[0]);
                break;
        }
        ImportFollowers(block.Followers);
    }

    private void ImportBranch(BasicBlock block, IlInstruction branch)
    {
        if (branch.Operand is int[])
        {
            Value selector = AsInt(stack.Pop());
            SaveStack(block);
            ImportSwitch(block, selector, 0);
            return;
        }
        Value condition = BranchCondition(branch.Operation);
        SaveStack(block);
        if (block.Successors[0] == block.Successors[1])
            GoTo(block, block.Successors[0]);
        else
            Environment.If(condition, () => GoTo(block, block.Successors[0]), () => GoTo(block, block.Successors[1]));
    }

    private void ImportSwitch(BasicBlock block, Value selector, int number)
    {
        if (number == block.Successors.Count - 1)
        {
            GoTo(block, block.Successors[number]);
            return;
        }
        BasicBlock target = block.Successors[number];
        Environment.If(Builder.Binary(Op.Eq, selector, Constant.I32(number)),
            () => GoTo(block, target),
            () => ImportSwitch(block, selector, number + 1));
    }

    private void GoTo(BasicBlock from, BasicBlock to)
    {
        if (ControlFlowGraph.IsBackEdge(from, to))
            Environment.SetFlag(running[to.Heads!], true);
        else if (to.IsFollower)
            Environment.SetFlag(Reached(to), true);
        else
            ImportBlock(to);
    }

    private void ImportFollowers(List<BasicBlock> followers)
    {
        foreach (BasicBlock follower in followers)
            Environment.If(Environment.Flag(Reached(follower)), () => ImportBlock(follower), () => { });
    }

    private void Unset(List<BasicBlock> followers)
    {
        foreach (BasicBlock follower in followers)
        {
            if (!reached.ContainsKey(follower))
                reached.Add(follower, Environment.Declare());
            Environment.SetFlag(Reached(follower), false);
        }
    }

    private int Reached(BasicBlock block) => reached[block];

    /// <summary>Keeps what a block leaves on the evaluation stack in variables, so that it joins like them.</summary>
    private void SaveStack(BasicBlock block)
    {
        CsValue[] left = [.. stack.Reverse()];
        foreach (BasicBlock successor in block.Successors)
            depthAtEntry[successor] = left.Length;
        for (int i = 0; i < left.Length; i++)
        {
            if (i == stackSlots.Count)
                stackSlots.Add(Environment.Declare());
            Environment[stackSlots[i]] = left[i];
        }
    }

    /// <summary>The arguments and locals that a loop's own instructions may change, and that somebody reads later.</summary>
    private IEnumerable<int> Assigned(Loop loop)
    {
        BasicBlock[] readers = [loop.Header, .. loop.Blocks.SelectMany(b => b.Successors).Where(s => !loop.Blocks.Contains(s)).Distinct()];
        foreach (BasicBlock block in loop.Blocks)
        {
            for (int i = block.First; i <= block.Last; i++)
            {
                bool isLocal = code[i].Operation is "stloc" or "ldloca", isReference = code[i].Operation is "ldloca" or "ldarga";
                if (!isLocal && !isReference && code[i].Operation != "starg")
                    continue;
                int variable = code[i].Variable;
                if (isReference && body.IsStable(isLocal ? body.LocalTypes[variable] : body.ArgumentTypes[variable]))
                    continue;
                if (Array.Exists(readers, r => isLocal ? body.Live.IsLive(r, variable) : body.Live.IsArgumentLive(r, variable)))
                    yield return isLocal ? locals[variable] : arguments[variable];
            }
        }
        foreach (int slot in stackSlots)
        {
            if (Environment[slot] is not null)
                yield return slot;
        }
    }

    private void SetLocation(int offset) =>
        Builder.Location = Importer.HasLines(method) ? SourceLines.Find(method, name, offset, caller) : caller;
}
