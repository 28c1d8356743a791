using System.Buffers.Binary;
using System.Text;

namespace VaeGpu.Tests.OpenCL;

/// <summary>The machine code that a driver for the processor, such as PoCL, has made of a kernel: a shared library in ELF format.</summary>
internal static class MachineCode
{
    private const ulong WrittenAndLoaded = 3;

    /// <summary>The library within the binary that is kept of a text; empty where there is none.</summary>
    public static byte[] Of(OpenCL12Accelerator accelerator, Executable executable)
    {
        byte[] binary = BinaryCache.Read(accelerator.Programs.Key(executable.Text)) ?? [];
        int start = binary.AsSpan().IndexOf("\u007FELF"u8);
        return start < 0 ? [] : binary[start..];
    }

    /// <summary>The sections that code can write to, the loader's own apart: memory that all groups have in common.</summary>
    public static IEnumerable<string> WrittenSections(byte[] library)
    {
        if (library.Length == 0)
            yield break;
        int headers = (int)Number(library, 0x28), size = Short(library, 0x3A), names = At(Short(library, 0x3E));
        for (int i = 0; i < Short(library, 0x3C); i++)
        {
            ulong flags = Number(library, At(i) + 0x08);
            string name = Text(library, (int)Number(library, names + 0x18) + BinaryPrimitives.ReadInt32LittleEndian(library.AsSpan(At(i))));
            if ((flags & WrittenAndLoaded) == WrittenAndLoaded && name != ".dynamic" && !name.StartsWith(".got", StringComparison.Ordinal))
                yield return $"{name} of {Number(library, At(i) + 0x20)} bytes";
        }

        int At(int section) => headers + section * size;
    }

    private static ulong Number(byte[] file, int at) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));

    private static int Short(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    private static string Text(byte[] file, int at) => Encoding.ASCII.GetString(file, at, file.AsSpan(at).IndexOf((byte)0));
}
