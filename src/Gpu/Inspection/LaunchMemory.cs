using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Inspection;

/// <summary>What numbers random memory holds.</summary>
internal enum InputDistribution
{
    /// <summary>Normal numbers, and a few that are special: zeros of both signs, ones, large ones.</summary>
    Normal,

    /// <summary>Uniform numbers from 0 to 1: what is a probability, a variance or a moment makes sense.</summary>
    Uniform,
}

/// <summary>The memory of a launch: its buffers as a whole, so that views that overlap still do in a copy.</summary>
internal sealed unsafe class LaunchMemory
{
    private static readonly float[] special = [0f, -0f, 1f, -1f, 20f, -20f];

    private readonly List<(nint Handle, long Bytes)> buffers = [];

    /// <param name="source">The kernel.</param>
    /// <param name="arguments">The argument block of the launch, which stays where it is.</param>
    /// <param name="lengthOf">The bytes of a buffer.</param>
    public LaunchMemory(KernelSource source, byte* arguments, Func<nint, long> lengthOf)
    {
        Source = source;
        Block = new ReadOnlySpan<byte>(arguments, source.Arguments.Bytes).ToArray();
        byte[] shape = [.. Block];
        foreach (ArgumentLayout.Leaf leaf in source.Arguments.Leaves)
        {
            if (leaf.Element is null)
                continue;
            var view = MemoryMarshal.Read<ViewArgument>(Block.AsSpan(leaf.Offset));
            int buffer = -1;
            if (view.Handle != 0)
            {
                buffer = buffers.FindIndex(known => known.Handle == view.Handle);
                if (buffer < 0)
                {
                    buffer = buffers.Count;
                    buffers.Add((view.Handle, lengthOf(view.Handle)));
                }
            }
            Views.Add(new(leaf, buffer, view.ByteOffset, view.Length));
            // Neither where a buffer lies nor how far a view lies in it matters, but for its alignment.
            MemoryMarshal.Write(
                shape.AsSpan(leaf.Offset), view with { Handle = buffer, ByteOffset = view.ByteOffset % LaunchReplay.Alignment });
        }
        Shape = Convert.ToHexString(shape);
    }

    public KernelSource Source { get; }

    /// <summary>The arguments as the processor has them.</summary>
    public byte[] Block { get; }

    /// <summary>Equal for launches that differ in nothing but where their memory lies.</summary>
    public string Shape { get; }

    /// <summary>The views among the arguments.</summary>
    public List<View> Views { get; } = [];

    /// <summary>Fills views of floats and bytes with random numbers. Structs stay as the work made them: they are settings.</summary>
    public void Randomize(Random random, InputDistribution distribution)
    {
        foreach (View view in Views.Where(view => view.Buffer >= 0))
        {
            byte* start = (byte*)buffers[view.Buffer].Handle + view.ByteOffset;
            if (view.Leaf.Element == typeof(byte))
                random.NextBytes(new Span<byte>(start, (int)view.Length));
            if (view.Leaf.Element != typeof(float))
                continue;
            foreach (ref float value in new Span<float>(start, (int)view.Length))
                value = distribution == InputDistribution.Uniform ? random.NextSingle() : Normal(random);
        }
    }

    /// <summary>A copy of all buffers.</summary>
    public byte[][] Snapshot() =>
        [.. buffers.Select(buffer => new ReadOnlySpan<byte>((void*)buffer.Handle, checked((int)buffer.Bytes)).ToArray())];

    private static float Normal(Random random) => random.Next(8) == 0
        ? special[random.Next(special.Length)]
        : (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    /// <summary>A view in an argument.</summary>
    /// <param name="Leaf">Where it lies in the argument block.</param>
    /// <param name="Buffer">The number of its buffer; negative for an empty view without one.</param>
    /// <param name="ByteOffset">Where it begins in the buffer.</param>
    /// <param name="Length">Its elements.</param>
    public sealed record View(ArgumentLayout.Leaf Leaf, int Buffer, long ByteOffset, long Length)
    {
        public int ElementBytes { get; } = ArgumentLayout.SizeOf(Leaf.Element!);
    }
}
