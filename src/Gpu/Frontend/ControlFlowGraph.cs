namespace VaeGpu.Gpu.Frontend;

/// <summary>A run of IL instructions that is entered at its start and left at its end.</summary>
internal sealed class BasicBlock(int index, int first, int last)
{
    public int Index { get; } = index;
    /// <summary>The first instruction's position in the method.</summary>
    public int First { get; } = first;
    /// <summary>The last instruction's position.</summary>
    public int Last { get; } = last;
    public List<BasicBlock> Successors { get; } = [];
    public List<BasicBlock> Predecessors { get; } = [];

    /// <summary>The position in reverse postorder; −1 where control never comes.</summary>
    public int Order { get; set; } = -1;
    public BasicBlock? Dominator { get; set; }
    /// <summary>The innermost loop that the block is in, as its header.</summary>
    public Loop? Loop { get; set; }
    /// <summary>The loop that the block is the header of.</summary>
    public Loop? Heads { get; set; }
    /// <summary>The blocks that are emitted behind this one, within its loop, each under a flag that says whether it is reached.</summary>
    public List<BasicBlock> Followers { get; } = [];

    /// <summary>Whether the block is some other's follower; else it is emitted where its only branch stands.</summary>
    public bool IsFollower { get; set; }

    public bool Dominates(BasicBlock other)
    {
        BasicBlock at = other;
        while (at != this && at.Dominator is { } above && above != at)
            at = above;
        return at == this;
    }
}

/// <summary>A natural loop.</summary>
internal sealed class Loop(BasicBlock header)
{
    public BasicBlock Header { get; } = header;
    public Loop? Parent { get; set; }
    public HashSet<BasicBlock> Blocks { get; } = [header];
    /// <summary>The blocks emitted behind the loop.</summary>
    public List<BasicBlock> Followers { get; } = [];
}

/// <summary>
/// The blocks of a method with dominators (Cooper, Harvey and Kennedy 2001), natural loops, and the place of each block in
/// structured code: a block with one way in stands inside its predecessor; one with several, or one behind a loop, follows
/// its dominator (Ramsey, "Beyond Relooper", 2022).
/// </summary>
internal sealed class ControlFlowGraph
{
    private readonly List<IlInstruction> code;
    private readonly List<BasicBlock> blocks = [];
    private List<BasicBlock> order = [];

    public ControlFlowGraph(List<IlInstruction> code)
    {
        this.code = code;
        Split();
        Number();
        FindDominators();
        FindLoops();
        Place();
    }

    public BasicBlock Entry => blocks[0];

    /// <summary>The blocks that control comes to, in reverse postorder.</summary>
    public IReadOnlyList<BasicBlock> Order => order;

    /// <summary>Where control flow cannot be structured: an instruction in a loop with several entries.</summary>
    public int? IrreducibleAt { get; private set; }

    public static bool IsBackEdge(BasicBlock from, BasicBlock to) => to.Heads is { } loop && loop.Blocks.Contains(from);

    private void Split()
    {
        Dictionary<int, int> position = code.Index().ToDictionary(i => i.Item.Offset, i => i.Index);
        var starts = new bool[code.Count];
        starts[0] = true;
        for (int i = 0; i < code.Count; i++)
        {
            foreach (int target in Targets(code[i]))
                starts[position[target]] = true;
            if (EndsBlock(code[i]) && i + 1 < code.Count)
                starts[i + 1] = true;
        }
        int[] first = [.. Enumerable.Range(0, code.Count).Where(i => starts[i])];
        var blockAt = new Dictionary<int, BasicBlock>();
        for (int b = 0; b < first.Length; b++)
        {
            blocks.Add(new BasicBlock(b, first[b], (b + 1 < first.Length ? first[b + 1] : code.Count) - 1));
            blockAt.Add(first[b], blocks[b]);
        }
        foreach (BasicBlock block in blocks)
        {
            IlInstruction last = code[block.Last];
            // The order matters to the importer: the targets first, then the fall-through.
            block.Successors.AddRange(Targets(last).Select(t => blockAt[position[t]]));
            if (FallsThrough(last) && block.Last + 1 < code.Count)
                block.Successors.Add(blockAt[block.Last + 1]);
        }
    }

    private static IEnumerable<int> Targets(IlInstruction instruction) => instruction.Operand switch
    {
        int[] many => many,
        int target when instruction.Flow is FlowControl.Branch or FlowControl.Cond_Branch => [target],
        _ => [],
    };

    private static bool EndsBlock(IlInstruction instruction) =>
        instruction.Flow is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw;

    private static bool FallsThrough(IlInstruction instruction) => instruction.Flow == FlowControl.Cond_Branch || !EndsBlock(instruction);

    private void Number()
    {
        var visited = new HashSet<BasicBlock>();
        var postorder = new List<BasicBlock>();
        Visit(Entry);
        postorder.Reverse();
        order = postorder;
        for (int i = 0; i < order.Count; i++)
            order[i].Order = i;
        foreach (BasicBlock block in order)
        {
            foreach (BasicBlock successor in block.Successors)
                successor.Predecessors.Add(block);
        }

        void Visit(BasicBlock block)
        {
            if (!visited.Add(block))
                return;
            foreach (BasicBlock successor in block.Successors)
                Visit(successor);
            postorder.Add(block);
        }
    }

    private void FindDominators()
    {
        Entry.Dominator = Entry;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (BasicBlock block in order.Skip(1))
            {
                BasicBlock? dominator = null;
                foreach (BasicBlock predecessor in block.Predecessors.Where(p => p.Dominator is not null))
                    dominator = dominator is null ? predecessor : Common(dominator, predecessor);
                changed |= block.Dominator != dominator;
                block.Dominator = dominator;
            }
        }

        static BasicBlock Common(BasicBlock a, BasicBlock b)
        {
            while (a != b)
            {
                while (a.Order > b.Order)
                    a = a.Dominator!;
                while (b.Order > a.Order)
                    b = b.Dominator!;
            }
            return a;
        }
    }

    private void FindLoops()
    {
        // Headers in reverse order: inner loops before outer ones.
        foreach (BasicBlock header in Enumerable.Reverse(order))
        {
            List<BasicBlock> latches = [.. header.Predecessors.Where(p => p.Order >= header.Order)];
            if (latches.Count == 0)
                continue;
            if (latches.Find(l => !header.Dominates(l)) is { } sideways)
            {
                IrreducibleAt = code[sideways.Last].Offset;
                continue;
            }
            var loop = new Loop(header);
            header.Heads = loop;
            var pending = new Stack<BasicBlock>(latches);
            while (pending.TryPop(out BasicBlock? block))
            {
                if (!loop.Blocks.Add(block))
                    continue;
                foreach (BasicBlock predecessor in block.Predecessors)
                    pending.Push(predecessor);
            }
            foreach (BasicBlock block in loop.Blocks)
            {
                if (block.Loop is null)
                    block.Loop = loop;
                else if (Outermost(block.Loop) is var outermost && outermost != loop)
                    outermost.Parent = loop;
            }
        }

        static Loop Outermost(Loop loop)
        {
            while (loop.Parent is { } parent)
                loop = parent;
            return loop;
        }
    }

    private void Place()
    {
        foreach (BasicBlock block in order.Skip(1))
        {
            Loop? left = null;
            for (Loop? loop = block.Dominator!.Loop; loop is not null && !loop.Blocks.Contains(block); loop = loop.Parent)
                left = loop;
            int waysIn = block.Predecessors.Count(p => !IsBackEdge(p, block));
            if (left is not null)
                left.Followers.Add(block);
            else if (waysIn > 1)
                block.Dominator.Followers.Add(block);
            block.IsFollower = left is not null || waysIn > 1;
        }
    }
}
