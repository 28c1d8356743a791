using System.Runtime.InteropServices;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Collects what one thread would launch on an accelerator; see <see cref="ILaunchRecorder.Record"/>.</summary>
internal sealed class Recorder
{
    private readonly int thread = Environment.CurrentManagedThreadId;

    /// <summary>Whether the calling thread is the one that records; launches of others are made.</summary>
    public bool IsOfThisThread => thread == Environment.CurrentManagedThreadId;

    /// <summary>Whether each step waits for the one before.</summary>
    public bool InOrder { get; init; }

    /// <summary>What was recorded, in its order.</summary>
    public List<RecordedStep> Steps { get; } = [];

    /// <summary>The memory that it uses: it must live as long as there are replays.</summary>
    public HashSet<MemoryBuffer> Buffers { get; } = [];
}

/// <summary>Something that is done at each replay.</summary>
internal abstract class RecordedStep
{
    /// <summary>What it is called in a profile.</summary>
    public abstract string Name { get; }

    public abstract void Run(EngineStream stream);
}

/// <summary>A launch with a copy of its arguments.</summary>
internal sealed unsafe class RecordedLaunch(
    string name, Executable executable, Index3D gridDim, ReadOnlySpan<byte> arguments, int dynamicSharedBytes) : RecordedStep
{
    // Pinned, so that a replay can hand the address on as it is.
    private readonly byte[] block = Pinned(arguments);

    public override string Name => name;
    public Executable Executable => executable;
    public Index3D GridDim => gridDim;
    public byte* Arguments => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(block));
    public int DynamicSharedBytes => dynamicSharedBytes;

    public override void Run(EngineStream stream) => executable.Launch(stream, gridDim, Arguments, dynamicSharedBytes);

    private static byte[] Pinned(ReadOnlySpan<byte> bytes)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(block);
        return block;
    }
}

/// <summary>Memory set to a value, byte by byte.</summary>
internal sealed class RecordedFill(EngineBuffer target, long byteOffset, long bytes, byte value) : RecordedStep
{
    public MemoryUse Use => new(target.NativePtr, byteOffset, byteOffset + bytes, true);

    public override string Name => "memory set to a value";

    public override void Run(EngineStream stream) =>
        ((EngineAccelerator)target.Accelerator).Fill(stream, target.NativePtr, byteOffset, bytes, value);
}
