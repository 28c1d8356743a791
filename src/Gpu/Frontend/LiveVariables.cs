using System.Collections;

namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// Which locals and arguments of a method a block may still read, by the usual backward iteration. What is dead needs not be
/// carried round a loop; without this, a local slot that the C# compiler uses twice would have to be one thing in both uses.
/// </summary>
internal sealed class LiveVariables
{
    private readonly int localCount;
    private readonly BitArray escaping;
    private readonly Dictionary<BasicBlock, BitArray> liveIn = [];

    /// <param name="isPlain">Whether a local, or an argument behind the locals, is of a type whose references do not outlive a call.</param>
    public LiveVariables(ControlFlowGraph graph, List<IlInstruction> code, int localCount, int argumentCount, Func<int, bool> isPlain)
    {
        this.localCount = localCount;
        int count = localCount + argumentCount;
        escaping = new BitArray(count);
        var read = new Dictionary<BasicBlock, BitArray>();
        var written = new Dictionary<BasicBlock, BitArray>();
        foreach (BasicBlock block in graph.Order)
        {
            read[block] = new BitArray(count);
            written[block] = new BitArray(count);
            for (int i = block.First; i <= block.Last; i++)
                Note(code[i], read[block], written[block], isPlain);
        }
        Iterate(graph, read, written);
    }

    public bool IsLive(BasicBlock block, int local) => escaping[local] || liveIn[block][local];

    public bool IsArgumentLive(BasicBlock block, int argument) => IsLive(block, localCount + argument);

    private void Note(IlInstruction instruction, BitArray read, BitArray written, Func<int, bool> isPlain)
    {
        switch (instruction.Operation)
        {
            case "stloc":
                written[instruction.Variable] = true;
                break;
            case "starg":
                written[localCount + instruction.Variable] = true;
                break;
            case "ldloc" or "ldarg" or "ldloca" or "ldarga":
                int variable = instruction.Variable + (instruction.Operation[2] == 'a' ? localCount : 0);
                if (instruction.Operation[^1] == 'a' && !isPlain(variable))
                    escaping[variable] = true;
                if (!written[variable])
                    read[variable] = true;
                break;
        }
    }

    private void Iterate(ControlFlowGraph graph, Dictionary<BasicBlock, BitArray> read, Dictionary<BasicBlock, BitArray> written)
    {
        foreach (BasicBlock block in graph.Order)
            liveIn[block] = new BitArray(read[block]);
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int b = graph.Order.Count - 1; b >= 0; b--)
            {
                BasicBlock block = graph.Order[b];
                var live = new BitArray(escaping.Length);
                foreach (BasicBlock successor in block.Successors)
                    live.Or(liveIn[successor]);
                live.And(new BitArray(written[block]).Not()).Or(read[block]);
                if (!live.Xor(liveIn[block]).HasAnySet())
                    continue;
                liveIn[block].Xor(live);
                changed = true;
            }
        }
    }
}
