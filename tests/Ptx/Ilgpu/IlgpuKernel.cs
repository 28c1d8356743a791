using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;
using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Ilgpu;

/// <summary>
/// A kernel in the PTX that ILGPU's own back end writes, on the machine that executes PTX. ILGPU passes a view as a structure of a generic
/// address and a length, and everything else as its own bytes.
/// </summary>
internal sealed class IlgpuKernel
{
    private const int ViewBytes = 16, ViewArgumentBytes = 24;

    private readonly PtxEntry entry;
    private readonly bool[] views;

    /// <param name="method">The kernel; an implicitly grouped one takes its extent in the place of its index.</param>
    /// <param name="text">What ILGPU writes for it.</param>
    /// <exception cref="PtxException">The text is not PTX that the machine knows.</exception>
    public IlgpuKernel(MethodInfo method, string text)
    {
        entry = PtxModule.Parse(text).Entries.Single();
        Type[] types = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        views = [.. types.Select(type => type.Name == "ArrayView`1")];
        IEnumerable<int> sizes = types.Zip(views, (type, isView) => isView ? ViewBytes : SizeOf(type));
        if (!sizes.SequenceEqual(entry.Parameters.Select(parameter => parameter.Size)))
            throw new ArgumentException($"the parameters of {method} and of its text do not match", nameof(text));
    }

    /// <summary>Bytes of shared memory that the text itself declares.</summary>
    public int StaticSharedBytes => entry.StaticSharedBytes;

    /// <summary>Runs the kernel to its end.</summary>
    /// <param name="arguments">
    /// The arguments, each at a multiple of eight bytes: a view as its buffer's address, an offset in bytes and a length in elements, of
    /// 64 bits each; everything else as its own bytes.
    /// </param>
    /// <exception cref="PtxFault">The first thing that the kernel does wrong.</exception>
    public void Launch(PtxMachine machine, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int dynamicSharedBytes,
        ReadOnlySpan<byte> arguments) =>
        machine.Launch(entry, grid, group, dynamicSharedBytes, Pack(arguments));

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private byte[] Pack(ReadOnlySpan<byte> arguments)
    {
        byte[] block = new byte[entry.ParameterBytes];
        for (int i = 0; i < views.Length; i++)
        {
            Span<byte> target = block.AsSpan(entry.Parameters[i].Offset, entry.Parameters[i].Size);
            if (views[i])
            {
                long address = BinaryPrimitives.ReadInt64LittleEndian(arguments) + BinaryPrimitives.ReadInt64LittleEndian(arguments[8..]);
                BinaryPrimitives.WriteInt64LittleEndian(target, address);
                arguments[16..24].CopyTo(target[8..]);
                arguments = arguments[ViewArgumentBytes..];
            }
            else
            {
                arguments[..target.Length].CopyTo(target);
                arguments = arguments[((target.Length + 7) & ~7)..];
            }
        }
        return block;
    }
}
