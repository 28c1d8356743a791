using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Makes launches again on any accelerator of ILGPU's, in memory of its own between bands that no kernel may touch.</summary>
internal sealed class LaunchReplay(Accelerator accelerator)
{
    /// <summary>Views lie as far from a multiple of so many bytes as they did.</summary>
    public const int Alignment = 256;

    private const byte Poison = 0xa5;

    private static readonly MethodInfo read = typeof(LaunchReplay).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!;

    private readonly Dictionary<(MethodInfo Method, KernelSpecialization Specialization), Kernel> kernels = [];

    /// <summary>Makes a launch and gives what it leaves in memory.</summary>
    /// <param name="memory">The launch.</param>
    /// <param name="before">What its buffers hold.</param>
    /// <param name="config">Its grid and groups.</param>
    /// <param name="after">What they hold when it is done.</param>
    /// <returns>Where it wrote beside a buffer; null where it did not.</returns>
    public string? Run(LaunchMemory memory, byte[][] before, KernelConfig config, out byte[][] after)
    {
        var source = memory.Source;
        if (!kernels.TryGetValue((source.Method, source.Specialization), out Kernel? kernel))
            kernels.Add((source.Method, source.Specialization), kernel = accelerator.LoadKernel(source.Method, source.Specialization));
        int[] bands = [.. before.Select((_, buffer) => BandOf(memory, buffer))];
        MemoryBuffer1D<byte, Stride1D.Dense>[] buffers = [.. before.Select((bytes, i) => Allocate(bytes, bands[i]))];
        try
        {
            kernel.Launch(accelerator.DefaultStream, config, Arguments(memory, bands, buffers));
            accelerator.Synchronize();
            byte[][] all = [.. buffers.Select(buffer => buffer.GetAsArray1D())];
            after = [.. all.Select((bytes, i) => bytes[bands[i]..^bands[i]])];
            return all.Select((bytes, i) => Overrun(memory, i, bytes, bands[i])).FirstOrDefault(overrun => overrun is not null);
        }
        finally
        {
            if (accelerator is not PtxAccelerator { IsLost: true })
                Array.ForEach(buffers, buffer => buffer.Dispose());
        }
    }

    private static object[] Arguments(LaunchMemory memory, int[] bands, MemoryBuffer1D<byte, Stride1D.Dense>[] buffers)
    {
        var arguments = new object[memory.Source.Method.GetParameters().Length];
        foreach (ArgumentLayout.Leaf leaf in memory.Source.Arguments.Leaves)
        {
            if (leaf.Path.Length > 0)
                throw new NotSupportedException(
                    $"{memory.Source.Name} takes a struct that holds a view, which cannot be compared. Pass the view itself.");
            if (leaf.Element is null)
                arguments[leaf.Parameter] = read.MakeGenericMethod(leaf.Type).Invoke(null, [memory.Block, leaf.Offset])!;
        }
        foreach (LaunchMemory.View view in memory.Views)
        {
            Type type = view.Leaf.Type;
            arguments[view.Leaf.Parameter] = view.Buffer < 0
                ? Activator.CreateInstance(type)!
                : Activator.CreateInstance(
                    type, ((IArrayView)buffers[view.Buffer].View.BaseView).Buffer,
                    (bands[view.Buffer] + view.ByteOffset) / view.ElementBytes, view.Length)!;
        }
        return arguments;
    }

    private static object Read<T>(byte[] block, int offset) where T : struct => MemoryMarshal.Read<T>(block.AsSpan(offset));

    private MemoryBuffer1D<byte, Stride1D.Dense> Allocate(byte[] bytes, int band)
    {
        byte[] all = new byte[bytes.Length + 2 * band];
        Array.Fill(all, Poison);
        bytes.CopyTo(all, band);
        return accelerator.Allocate1D(all);
    }

    /// <summary>The bytes before and behind a buffer: a multiple of each element's size.</summary>
    private static int BandOf(LaunchMemory memory, int buffer) => memory.Views.Where(view => view.Buffer == buffer)
        .Select(view => view.ElementBytes).Distinct().Aggregate(Alignment, (band, size) => band * size);

    private static string? Overrun(LaunchMemory memory, int buffer, byte[] all, int band)
    {
        int before = all.AsSpan(0, band).LastIndexOfAnyExcept(Poison), behind = all.AsSpan(all.Length - band).IndexOfAnyExcept(Poison);
        if (before < 0 && behind < 0)
            return null;
        string place = before >= 0 ? $"{band - before} bytes before" : $"{behind} bytes behind";
        IEnumerable<string> names = memory.Views.Where(view => view.Buffer == buffer).Select(view => MemoryDifference.NameOf(memory, view));
        return $"it writes {place} the memory of {string.Join(", ", names)}";
    }
}
