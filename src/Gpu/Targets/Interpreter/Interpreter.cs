using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// Runs a function as it is, and checks every access on the way. The threads of a group go in lockstep, one instruction
/// in all active lanes before the next; the groups go one after the other, so that a run can be repeated exactly.
/// </summary>
internal sealed class Interpreter
{
    private readonly Function function;
    private readonly IReadOnlyDictionary<int, int> elementBytes;
    private readonly Machine machine;
    private readonly Block body;
    private readonly List<Memory> shared;
    private readonly int? dynamicShared;
    private readonly List<(Parameter Parameter, long[] Column, int Allocation)> parameters = [];
    private readonly WrittenMemory written;
    private readonly int globalGranule, sharedGranule;

    /// <param name="function">What to run.</param>
    /// <param name="groupDim">The shape of a group.</param>
    /// <param name="warpSize">The threads of a warp.</param>
    /// <param name="elementBytes">
    /// The size of a view's elements, by the offset of the view in the argument block. A view without one is taken to
    /// reach to its buffer's end.
    /// </param>
    /// <param name="maxRounds">The rounds after which a loop counts as endless.</param>
    /// <param name="counters">What counts the launches; with it races are not looked for. Null for none.</param>
    /// <param name="slice">The part of the function that runs; null for all of it.</param>
    /// <param name="trace">What notes each access to global and shared memory; null for none.</param>
    public Interpreter(
        Function function, Index3D groupDim, int warpSize, IReadOnlyDictionary<int, int> elementBytes, int maxRounds,
        Counters? counters = null, AddressSlice? slice = null, AccessTrace? trace = null)
    {
        this.function = function;
        this.elementBytes = elementBytes;
        machine = new Machine(function.Name, groupDim, warpSize) { MaxRounds = maxRounds, Counters = counters, Trace = trace };
        var translator = new Translator(machine, slice);
        foreach (Parameter parameter in function.Parameters)
            parameters.Add((parameter, translator.Column(parameter), parameter.Type.IsPointer ? machine.Add(Allocation.None) : 0));
        body = translator.Translate(function.Body);
        (shared, dynamicShared) = (translator.Shared, translator.DynamicShared);
        written = new WrittenMemory(function);
        globalGranule = Granule(AddressSpace.Global);
        sharedGranule = Granule(AddressSpace.Shared);
    }

    /// <summary>Runs groups of a grid.</summary>
    /// <param name="gridDim">The groups.</param>
    /// <param name="arguments">The argument block.</param>
    /// <param name="memoryOf">The memory behind a view's handle.</param>
    /// <param name="dynamicSharedBytes">The size of the dynamic shared memory.</param>
    /// <param name="groups">Which groups, in the order of the grid.</param>
    /// <param name="stop">Looked at between groups.</param>
    /// <exception cref="KernelFaultException">The kernel did something that it must not do.</exception>
    public unsafe void Run(
        Index3D gridDim, byte* arguments, Func<nint, Memory> memoryOf, int dynamicSharedBytes, Range groups,
        CancellationToken stop = default)
    {
        machine.StartLaunch(gridDim);
        var logged = new List<Memory>();
        try
        {
            foreach (var (parameter, column, allocation) in parameters)
            {
                Array.Fill(column, parameter.Type.IsPointer
                    ? Bind(parameter, allocation, arguments, memoryOf, logged)
                    : parameter.Memory!.Value.Read(in arguments[parameter.ByteOffset]));
            }
            List<Memory> groupMemory = PrepareShared(dynamicSharedBytes);
            for (int group = groups.Start.Value; group < groups.End.Value; group++)
            {
                stop.ThrowIfCancellationRequested();
                machine.StartGroup(Machine.Unflatten(group, gridDim));
                foreach (Memory memory in groupMemory)
                    memory.Forget(0, memory.Bytes);
                body.Run(machine.Everyone);
            }
        }
        finally
        {
            foreach (Memory memory in logged)
                memory.Log = null;
        }
    }

    private unsafe long Bind(Parameter parameter, int allocation, byte* arguments, Func<nint, Memory> memoryOf, List<Memory> logged)
    {
        var view = *(ViewArgument*)(arguments + parameter.ByteOffset);
        if (view.Handle == 0)
        {
            machine[allocation] = Allocation.None with { Name = $"the empty view '{parameter.Name}'" };
            return Pointer.To(allocation);
        }
        Memory memory = memoryOf(view.Handle);
        long rest = memory.Bytes - view.ByteOffset;
        bool known = elementBytes.TryGetValue(parameter.ByteOffset, out int size);
        machine[allocation] = new Allocation($"the {(known ? "view" : "buffer")} '{parameter.Name}'", memory, view.ByteOffset,
            known ? Math.Min(rest, view.Length * size) : rest);
        if (written.Contains(parameter) && memory.Log is null && machine.Counters is null)
        {
            memory.Log = new AccessLog(machine.Clock, memory.Bytes, globalGranule, true);
            logged.Add(memory);
        }
        return Pointer.To(allocation);
    }

    /// <summary>The bytes of the smallest access to an address space; all others are multiples of it.</summary>
    private int Granule(AddressSpace space) => function.Body.All()
        .Where(i => (i.Op is Op.Load or Op.Store or Op.LoadWide or Op.StoreWide || i.Op.IsAtomic()) && i.Operands[0].Type.Space == space)
        .Select(i => i.Memory.Bytes()).DefaultIfEmpty(1).Min();

    /// <summary>Gives the shared arrays fresh logs for a launch, and the dynamic one its size.</summary>
    private List<Memory> PrepareShared(int dynamicSharedBytes)
    {
        List<Memory> all = [.. shared];
        if (dynamicShared is { } number)
        {
            var memory = new Memory(dynamicSharedBytes);
            machine[number] = new Allocation("the dynamic shared memory", memory, 0, dynamicSharedBytes);
            all.Add(memory);
        }
        foreach (Memory memory in all.Where(_ => machine.Counters is null))
            memory.Log = new AccessLog(machine.Clock, memory.Bytes, sharedGranule, false);
        return all;
    }

    /// <summary>The function, for people to read.</summary>
    public override string ToString() => Printer.Print(function);
}
