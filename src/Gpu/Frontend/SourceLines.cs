using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace VaeGpu.Gpu.Frontend;

/// <summary>The C# lines of IL offsets, from the portable PDB beside an assembly.</summary>
internal static class SourceLines
{
    private static readonly ConcurrentDictionary<Assembly, MetadataReader?> readers = new();

    /// <summary>
    /// The place of an offset; the symbols are read when somebody asks for the line. Where there are none, as in .NET's own
    /// methods and those that the C# compiler makes, the line is the caller's.
    /// </summary>
    public static SourceLocation Find(MethodBase method, string name, int offset, SourceLocation? caller) =>
        new(name, () => Line(method, offset) is { File: not null } found ? found : (caller?.File, caller?.Line ?? 0));

    private static (string? File, int Line) Line(MethodBase method, int offset)
    {
        try
        {
            if (readers.GetOrAdd(method.Module.Assembly, Open) is { } reader)
            {
                var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
                MethodDebugInformation information = reader.GetMethodDebugInformation(handle.ToDebugInformationHandle());
                SequencePoint? last = null;
                foreach (SequencePoint point in information.GetSequencePoints())
                {
                    // Code that the C# compiler put before the first statement belongs to it.
                    if (point.Offset > offset && last is not null)
                        break;
                    if (!point.IsHidden)
                        last = point;
                }
                if (last is { } found)
                    return (reader.GetString(reader.GetDocument(found.Document).Name), found.StartLine);
            }
        }
        catch (BadImageFormatException)
        {
            // Symbols of another build: the method's name alone must do.
        }
        return (null, 0);
    }

    private static MetadataReader? Open(Assembly assembly)
    {
        if (assembly.IsDynamic || string.IsNullOrEmpty(assembly.Location))
            return null;
        string symbols = Path.ChangeExtension(assembly.Location, ".pdb");
        if (!File.Exists(symbols))
            return null;
        // The provider lives as long as its reader, which is kept for the process's life.
        return MetadataReaderProvider.FromPortablePdbImage([.. File.ReadAllBytes(symbols)]).GetMetadataReader();
    }
}
