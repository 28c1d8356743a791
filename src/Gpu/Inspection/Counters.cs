using System.Collections.Concurrent;
using System.Numerics;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Counts what the threads of a launch do, while an interpreter runs them.</summary>
/// <param name="touched">The bytes that the launch touches; interpreters that share its groups share them.</param>
internal sealed class Counters(TouchedBytes touched)
{
    private (Memory? Memory, long View) last;
    private ByteMarks? marks;

    /// <summary>The bytes that the launch touches.</summary>
    public TouchedBytes Touched { get; private set; } = touched;

    /// <summary>What counts the work of warps; null for nothing.</summary>
    public WarpCounters? Warps { get; init; }

    /// <summary>A copy of what has been counted.</summary>
    public Counters Copy() => new(Touched.Copy())
    {
        Flops = Flops, Operations = Operations, Divisions = Divisions, AccessedBytes = AccessedBytes,
    };

    /// <summary>Goes on from what others have counted.</summary>
    public void Continue(Counters from) =>
        (Touched, Flops, Operations, Divisions, AccessedBytes, last) =
            (from.Touched.Copy(), from.Flops, from.Operations, from.Divisions, from.AccessedBytes, default);

    /// <summary>Floating-point operations; a fused multiply-add is two.</summary>
    public long Flops { get; private set; }

    /// <summary>How values differ between the threads that a vector holds; null to count no <see cref="Operations"/>.</summary>
    public Variance? Variance { get; init; }

    /// <summary>
    /// Arithmetic of all kinds whose result differs between threads: what a vector processor does once for a vector. A fused multiply-add
    /// is one, and an operation on 64 bits two.
    /// </summary>
    public long Operations { get; private set; }

    /// <summary>The divisions and square roots of floating-point numbers among <see cref="Operations"/>.</summary>
    public long Divisions { get; private set; }

    /// <summary>Bytes that the loads and stores of all threads moved from and to global memory, or caches.</summary>
    public long AccessedBytes { get; private set; }

    /// <summary>The operations that one thread's execution of an instruction stands for.</summary>
    private static int FlopsOf(Instruction i) => i.Operands.Length == 0 || !i.Operands[^1].Type.IsFloat ? 0 : i.Op switch
    {
        Op.Fma => 2,
        Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Sqrt or Op.Min or Op.Max or Op.AtomicAdd => 1,
        >= Op.Exp and <= Op.Pow => 1,
        _ => 0,
    };

    /// <summary>What one thread's execution of an instruction adds.</summary>
    public Work WorkOf(Instruction i)
    {
        int operations = i.Op <= Op.BoolToInt && Variance is not null && Variance.Of(i).IsVarying ? i.Type.Bytes == 8 ? 2 : 1 : 0;
        return new(FlopsOf(i), operations, i.Type.IsFloat && i.Op is Op.Div or Op.Sqrt ? operations : 0);
    }

    public void Compute(Work work, int threads)
    {
        Flops += (long)work.Flops * threads;
        Operations += (long)work.Operations * threads;
        Divisions += (long)work.Divisions * threads;
    }

    /// <param name="memory">The buffer.</param>
    /// <param name="view">Where the view begins in it that the access goes through.</param>
    /// <param name="address">The first byte in the buffer.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="writes">Whether they are written.</param>
    public void AccessGlobal(Memory memory, long view, long address, int size, bool writes)
    {
        AccessedBytes += size;
        if (last != (memory, view))
            (last, marks) = ((memory, view), Touched.Of(memory, view));
        marks!.Add(address, size, writes);
    }
}

/// <summary>What an instruction, or several, add to the counts of <see cref="Counters"/>.</summary>
internal readonly record struct Work(int Flops, int Operations, int Divisions)
{
    public bool IsNothing => this == default;

    public static Work operator +(Work a, Work b) => new(a.Flops + b.Flops, a.Operations + b.Operations, a.Divisions + b.Divisions);
}

/// <summary>Which bytes of global memory a launch reads and writes.</summary>
/// <param name="byView">Whether views of one buffer that begin at different places are told apart, even where they overlap.</param>
internal sealed class TouchedBytes(bool byView)
{
    private readonly ConcurrentDictionary<(Memory Memory, long View), ByteMarks> marks = new();

    /// <summary>The bytes of each view, or buffer, that were touched in each way.</summary>
    public IEnumerable<((Memory Memory, long Start) View, Touch Touch, long Bytes)> ByView() => marks.SelectMany(of =>
        Enum.GetValues<Touch>().Select(touch => (of.Key, touch, of.Value.Count(touch))));

    public TouchedBytes Copy()
    {
        var copy = new TouchedBytes(byView);
        foreach (var (view, of) in marks)
            copy.marks[view] = of.Copy();
        return copy;
    }

    /// <summary>The marks of a memory's bytes.</summary>
    public ByteMarks Of(Memory memory, long view) => marks.GetOrAdd((memory, byView ? view : 0), of => new(of.Memory.Bytes));
}

/// <summary>Two bits for each byte of a memory, in pages that come into being when one of their bytes is touched.</summary>
internal sealed class ByteMarks
{
    private const int PageBits = 12, WordBits = 6, PageWords = 1 << (PageBits - WordBits);
    private readonly Page?[] pages;

    public ByteMarks(long bytes) => pages = new Page?[(bytes + (1 << PageBits) - 1) >> PageBits];

    private ByteMarks(Page?[] pages) => this.pages = pages;

    public ByteMarks Copy() => new([.. pages.Select(page => page is null ? null : new Page([.. page.Read], [.. page.Written]))]);

    /// <summary>Marks bytes as read or written. An access lies in one word of marks, since it is aligned to its size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(long address, int size, bool writes)
    {
        ref Page? place = ref pages[address >> PageBits];
        Page page = place ?? Interlocked.CompareExchange(ref place, new(new ulong[PageWords], new ulong[PageWords]), null) ?? place;
        ref ulong word = ref (writes ? page.Written : page.Read)[(address >> WordBits) & (PageWords - 1)];
        ulong bits = ((1UL << size) - 1) << (int)address;
        if ((word & bits) != bits)
            Interlocked.Or(ref word, bits);
    }

    /// <summary>How many bytes were touched in a way.</summary>
    public long Count(Touch touch)
    {
        long count = 0;
        foreach (Page page in pages.OfType<Page>())
        {
            for (int i = 0; i < PageWords; i++)
            {
                ulong word = ((touch & Touch.Read) != 0 ? page.Read[i] : 0) | ((touch & Touch.Written) != 0 ? page.Written[i] : 0);
                count += BitOperations.PopCount(word);
            }
        }
        return count;
    }

    private sealed record Page(ulong[] Read, ulong[] Written);
}

/// <summary>What was done with a byte.</summary>
[Flags]
internal enum Touch : byte
{
    Read = 1,
    Written = 2,
    /// <summary>Read, written, or both.</summary>
    Either = Read | Written,
}
