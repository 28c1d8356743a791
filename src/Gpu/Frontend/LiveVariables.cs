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

    public LiveVariables(MethodCode code)
    {
        ControlFlowGraph graph = code.Graph;
        localCount = code.LocalTypes.Length;
        int count = localCount + code.ArgumentTypes.Length;
        escaping = new BitArray(count);
        var read = new Dictionary<BasicBlock, BitArray>();
        var written = new Dictionary<BasicBlock, BitArray>();
        foreach (BasicBlock block in graph.Order)
        {
            read[block] = new BitArray(count);
            written[block] = new BitArray(count);
            for (int i = block.First; i <= block.Last; i++)
                Note(code, code.Instructions[i], read[block], written[block]);
        }
        Iterate(graph, read, written);
    }

    public bool IsLive(BasicBlock block, int local) => escaping[local] || liveIn[block][local];

    public bool IsArgumentLive(BasicBlock block, int argument) => IsLive(block, localCount + argument);

    private void Note(MethodCode code, IlInstruction instruction, BitArray read, BitArray written)
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
                bool isArgument = instruction.Operation[2] == 'a';
                int variable = instruction.Variable + (isArgument ? localCount : 0);
                if (instruction.Operation[^1] == 'a'
                    && !code.IsStable((isArgument ? code.ArgumentTypes : code.LocalTypes)[instruction.Variable]))
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
