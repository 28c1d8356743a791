using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>An access of one thread to global or shared memory.</summary>
/// <param name="Array">The parameter, or the shared array, as faults call it.</param>
/// <param name="ArrayNumber">Tells arrays apart that are called the same.</param>
/// <param name="IsShared">Whether it is shared memory of a group.</param>
/// <param name="IsWrite">Whether it writes; an atomic operation does.</param>
/// <param name="Offset">The first byte in the array.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Group">The group's place in the grid.</param>
/// <param name="Thread">The thread's place in its group.</param>
/// <param name="Lane">The thread's number in its group.</param>
/// <param name="Step">A number that the accesses of one instruction by the threads of one group share.</param>
/// <param name="Time">A number that grows at each barrier.</param>
public readonly record struct MemoryAccess(
    string Array, int ArrayNumber, bool IsShared, bool IsWrite, long Offset, int Bytes, Index3D Group, Index3D Thread, int Lane, int Step,
    int Time);

/// <summary>An array and what was accessed of it.</summary>
/// <param name="Name">The parameter's name, or that it is a shared array, with a number where there are several.</param>
/// <param name="Accesses">In the order in which the interpreter ran.</param>
public sealed record AccessedArray(string Name, IReadOnlyList<MemoryAccess> Accesses)
{
    /// <summary>Bytes of an element: what pictures and counts are in.</summary>
    public const int ElementBytes = 4;
}

/// <summary>Notes each access of each thread, as the kernel is written, while the interpreter runs and checks it.</summary>
public sealed class AccessTrace
{
    private const int WarpSize = 32, MaxRounds = 1 << 16;

    private readonly List<MemoryAccess> accesses = [];
    private int step;

    /// <summary>What was accessed, in the order in which the interpreter ran.</summary>
    public IReadOnlyList<MemoryAccess> Accesses => accesses;

    /// <summary>The same by the arrays, in the order of their first accesses.</summary>
    public IReadOnlyList<AccessedArray> Arrays
    {
        get
        {
            var arrays = accesses.GroupBy(access => access.ArrayNumber).ToList();
            int[] shared = [.. arrays.Where(array => array.First().IsShared).Select(array => array.Key)];
            return [.. arrays.Select(array => new AccessedArray(Name(array.First()), [.. array]))];

            string Name(MemoryAccess access) => access.Array.Split('\'') is [_, var name, _] ? name
                : !access.IsShared ? access.Array
                : shared.Length == 1 ? "shared array"
                : $"shared array {Array.IndexOf(shared, access.ArrayNumber) + 1}";
        }
    }

    /// <summary>The most elements that a thread reads between two barriers, one after the other.</summary>
    public int MostReadsBetweenBarriers => accesses.Where(access => !access.IsWrite)
        .GroupBy(access => (access.Group, access.Lane, access.Time))
        .Select(reads => reads.Sum(access => access.Bytes) / AccessedArray.ElementBytes).DefaultIfEmpty().Max();

    /// <summary>
    /// The further rounds that accesses to shared memory take because threads of a warp want different words of one bank: for each
    /// access of a warp, the passes over the banks less those of an access without conflicts.
    /// </summary>
    public int BankConflicts => (int)Warps.Profile.Accesses.Where(access => access.IsShared)
        .Sum(access => access.Transactions - access.Least);

    /// <summary>The sectors of global memory that move: for each access of a warp, those that its threads touch.</summary>
    public int Sectors => (int)Warps.Profile.Accesses.Where(access => !access.IsShared).Sum(access => access.Transactions);

    /// <summary>What counts sectors and bank conflicts; an access that faults is not in it.</summary>
    internal WarpCounters Warps { get; } = new(WarpSize);

    /// <summary>Runs work on an interpreter. What was accessed before a fault stays noted.</summary>
    /// <exception cref="KernelFaultException">A kernel did something that it must not do.</exception>
    public void Run(Action<Accelerator> work)
    {
        using Context context = Context.Create(_ => { });
        using InterpreterAccelerator accelerator = InterpreterDevice.Create(WarpSize).CreateInterpreterAccelerator(context);
        (accelerator.Trace, accelerator.MaxRounds) = (this, MaxRounds);
        work(accelerator);
    }

    internal void StartStep() => step++;

    internal void Add(Machine machine, int array, bool isShared, bool isWrite, long offset, int bytes, int lane)
    {
        var group = new Index3D((int)machine.GridIndex[0][lane], (int)machine.GridIndex[1][lane], (int)machine.GridIndex[2][lane]);
        Index3D thread = Machine.Unflatten(lane, machine.GroupDim);
        accesses.Add(new(
            machine[array].Name, array, isShared, isWrite, offset, bytes, group, thread, lane, step, machine.Clock.Now));
    }
}
