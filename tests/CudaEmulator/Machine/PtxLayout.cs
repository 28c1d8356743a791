namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// Lays a program's blocks out so that the set of lanes at the lowest place is always one that others may still be joined by: blocks behind
/// all that lead to them, a loop's blocks side by side, and behind them one place from which it starts over. Lanes that part thus meet
/// where all their ways meet, as they do on a GPU, wherever the text has put its blocks.
/// </summary>
internal sealed class PtxLayout
{
    private readonly PtxOp[] code;
    private readonly List<(int Start, int End)> blocks = [];
    private readonly int[] blockAt;
    private readonly HashSet<(int From, int To)> back = [];
    private readonly List<int> order = [];
    private readonly Dictionary<int, int> places = [];
    private readonly List<(PtxBranch Branch, int Place)> branches = [];

    private PtxLayout(PtxOp[] code)
    {
        this.code = code;
        blockAt = new int[code.Length + 1];
    }

    /// <summary>The program in its new order, with branches added where a block's follower no longer stands behind it.</summary>
    public static PtxOp[] Of(PtxOp[] code)
    {
        PtxLayout layout = new(code);
        layout.FindBlocks();
        layout.FindBackEdges();
        layout.Order();
        return layout.Emit();
    }

    /// <summary>Where the loop of a header starts over: an entry in the order that is no block.</summary>
    private static int Again(int header) => ~header;

    private void FindBlocks()
    {
        SortedSet<int> starts = [0];
        for (int i = 0; i < code.Length; i++)
        {
            if (code[i] is PtxBranch branch)
                starts.Add(branch.Target);
            if (code[i] is PtxBranch or PtxLeave && i + 1 < code.Length)
                starts.Add(i + 1);
        }
        foreach ((int start, int end) in starts.Zip(starts.Skip(1).Append(code.Length)))
        {
            Array.Fill(blockAt, blocks.Count, start, end - start);
            blocks.Add((start, end));
        }
    }

    /// <summary>The block behind, where the last instruction may let lanes go on to it, and the branch's target.</summary>
    private IEnumerable<int> After(int block)
    {
        PtxOp last = code[blocks[block].End - 1];
        if (Falls(last))
            yield return block + 1;
        if (last is PtxBranch branch)
            yield return blockAt[branch.Target];
    }

    private static bool Falls(PtxOp last) => last.Guard >= 0 || last is not (PtxBranch or PtxLeave);

    /// <summary>Edges to a block that a walk from the entry is still inside of.</summary>
    private void FindBackEdges()
    {
        HashSet<int> seen = [0];
        HashSet<int> inside = [0];
        Stack<(int Block, IEnumerator<int> After)> path = new([(0, After(0).GetEnumerator())]);
        while (path.TryPeek(out (int Block, IEnumerator<int> After) top))
        {
            if (!top.After.MoveNext())
            {
                inside.Remove(top.Block);
                path.Pop();
            }
            else if (inside.Contains(top.After.Current))
            {
                back.Add((top.Block, top.After.Current));
            }
            else if (seen.Add(top.After.Current))
            {
                inside.Add(top.After.Current);
                path.Push((top.After.Current, After(top.After.Current).GetEnumerator()));
            }
        }
    }

    private void Order()
    {
        ILookup<int, int> before = Enumerable.Range(0, blocks.Count)
            .SelectMany(from => After(from).Select(to => (from, to))).ToLookup(edge => edge.to, edge => edge.from);
        Dictionary<int, HashSet<int>> loops = back.GroupBy(edge => edge.To)
            .ToDictionary(edges => edges.Key, edges => Loop(edges.Key, edges.Select(edge => edge.From), before));
        int[] missing = [.. Enumerable.Range(0, blocks.Count).Select(to => before[to].Count(from => !back.Contains((from, to))))];
        SortedSet<int> ready = [.. Enumerable.Range(0, blocks.Count).Where(block => missing[block] == 0)];
        Stack<(int Header, HashSet<int> Left)> open = new();
        while (ready.Count > 0)
        {
            // What is not in an open loop waits until that loop is laid out.
            int next = open.SelectMany(loop => ready.Where(loop.Left.Contains)).Append(ready.Min).First();
            ready.Remove(next);
            order.Add(next);
            if (loops.TryGetValue(next, out HashSet<int>? body))
                open.Push((next, body));
            foreach ((_, HashSet<int> left) in open)
                left.Remove(next);
            while (open.TryPeek(out (int Header, HashSet<int> Left) inner) && inner.Left.Count == 0)
                Close(open.Pop().Header);
            foreach (int to in After(next).Where(to => !back.Contains((next, to))))
            {
                if (--missing[to] == 0)
                    ready.Add(to);
            }
        }
    }

    /// <summary>The blocks from which an edge back to the header is reached without passing it, and the header.</summary>
    private static HashSet<int> Loop(int header, IEnumerable<int> ends, ILookup<int, int> before)
    {
        HashSet<int> body = [header];
        Stack<int> open = new(ends);
        while (open.TryPop(out int block))
        {
            if (!body.Add(block))
                continue;
            foreach (int from in before[block])
                open.Push(from);
        }
        return body;
    }

    /// <summary>Ends a loop; one that starts over from its last block alone needs no place of its own for that.</summary>
    private void Close(int header)
    {
        if (back.Any(edge => edge.To == header && edge.From != order[^1]))
            order.Add(Again(header));
    }

    private PtxOp[] Emit()
    {
        List<PtxOp> laid = [];
        for (int i = 0; i < order.Count; i++)
        {
            places[order[i]] = laid.Count;
            if (order[i] < 0)
            {
                Add(laid, ~order[i], laid[^1].Line);
                continue;
            }
            (int start, int end) = blocks[order[i]];
            laid.AddRange(code[start..end]);
            PtxOp last = code[end - 1];
            if (last is PtxBranch branch)
                branches.Add((branch, Goal(order[i], blockAt[branch.Target])));
            if (Falls(last) && (i + 1 == order.Count || order[i + 1] != Goal(order[i], order[i] + 1)))
                Add(laid, Goal(order[i], order[i] + 1), last.Line);
        }
        foreach ((PtxBranch branch, int place) in branches)
            branch.Target = places[place];
        return [.. laid];
    }

    private void Add(List<PtxOp> laid, int place, int line)
    {
        PtxBranch branch = new(0, uniform: false) { Line = line };
        branches.Add((branch, place));
        laid.Add(branch);
    }

    /// <summary>Where an edge leads to: the block, or the place from which its loop starts over.</summary>
    private int Goal(int from, int to) => back.Contains((from, to)) && order.Contains(Again(to)) ? Again(to) : to;
}
