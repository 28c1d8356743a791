using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>Finds the functions of drivers that this assembly declares as imports, in the libraries of this machine.</summary>
internal static class EntryPoints
{
    private static readonly ConcurrentDictionary<string, nint> libraries = new();

    static EntryPoints() =>
        NativeLibrary.SetDllImportResolver(typeof(EntryPoints).Assembly, (name, _, _) => libraries.GetValueOrDefault(name));

    /// <summary>Takes a loaded library for what a class imports under a name; where it lacks a function it is freed.</summary>
    /// <returns>The first function that it lacks; null where it has all.</returns>
    public static string? Bind(Type imports, string name, nint library)
    {
        string? missing = imports.GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)).Select(method => method.Name)
            .FirstOrDefault(symbol => !NativeLibrary.TryGetExport(library, symbol, out _));
        if (missing is null)
            libraries[name] = library;
        else
            NativeLibrary.Free(library);
        return missing;
    }
}
