using System.Runtime.Loader;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Training.Diagnostics.OwnKernels;

/// <summary>A user's assembly with ILGPU kernels in it, loaded so that its types of ILGPU and VaeGpu are those of this program.</summary>
public sealed class KernelAssembly
{
    private KernelAssembly(Assembly assembly) => Assembly = assembly;

    /// <summary>The assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>
    /// The kernels: static methods without type parameters that return nothing and take a view, or an index and a view, and have no out or
    /// ref parameters.
    /// </summary>
    /// <exception cref="KernelAssemblyException">A type of the assembly, or one that it needs, cannot be loaded.</exception>
    public IReadOnlyList<OwnKernel> Kernels
    {
        get
        {
            try
            {
                return
                [
                    .. Assembly.GetTypes().Where(type => !type.ContainsGenericParameters)
                        .SelectMany(type => type.GetMethods(
                            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                        .Where(IsKernel).Select(method => new OwnKernel(method)),
                ];
            }
            catch (ReflectionTypeLoadException e)
            {
                throw new KernelAssemblyException(
                    $"{Assembly.Location}: a type cannot be loaded: {e.LoaderExceptions.FirstOrDefault()?.Message ?? e.Message}", e);
            }
        }
    }

    /// <summary>Loads an assembly; what it needs is looked for beside it.</summary>
    /// <exception cref="KernelAssemblyException">There is no such file, or it is no .NET assembly.</exception>
    public static KernelAssembly Load(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new KernelAssemblyException($"There is no assembly {path}. Build the project, and give the .dll in its bin folder.");
        try
        {
            return new(new Loader(full).LoadFromAssemblyPath(full));
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new KernelAssemblyException($"{path} is not a .NET assembly that can be loaded: {e.Message}", e);
        }
    }

    private static bool IsKernel(MethodInfo method)
    {
        Type[] types = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        return method.ReturnType == typeof(void) && !method.IsGenericMethodDefinition && !types.Any(type => type.IsByRef || type.IsPointer)
            && types.Length > 0 && types.Skip(IsIndex(types[0]) ? 1 : 0).FirstOrDefault() is { } first && IsView(first)
            && !method.IsDefined(typeof(CompilerGeneratedAttribute));
    }

    internal static bool IsIndex(Type type) => type == typeof(Index1D) || type == typeof(Index2D) || type == typeof(Index3D);

    private static bool IsView(Type type) => type.IsGenericType && type.Namespace is "ILGPU" or "ILGPU.Runtime"
        && type.Name.StartsWith("ArrayView", StringComparison.Ordinal);

    /// <summary>What the program has already is taken from it; the rest lies beside the assembly.</summary>
    private sealed class Loader(string path) : AssemblyLoadContext(path)
    {
        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name is "ILGPU" or "ILGPU.Algorithms" || name.Name!.StartsWith("VaeGpu.", StringComparison.Ordinal)
                && Default.Assemblies.Any(loaded => loaded.GetName().Name == name.Name))
            {
                return null;
            }
            return resolver.ResolveAssemblyToPath(name) is { } found ? LoadFromAssemblyPath(found) : null;
        }
    }
}

/// <summary>A kernel of a user's assembly.</summary>
/// <param name="Method">The method.</param>
public sealed record OwnKernel(MethodInfo Method)
{
    /// <summary>Its class and name.</summary>
    public string Name => $"{Method.DeclaringType!.Name}.{Method.Name}";

    /// <summary>The sizes that its attribute gives; empty without one.</summary>
    public string Sizes => Method.GetCustomAttribute<LaunchSizesAttribute>()?.Sizes ?? "";
}

/// <summary>A user's assembly, kernel or sizes cannot be used; the message says why, and what to do.</summary>
public class KernelAssemblyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A word of the sizes does not fit the kernel; the message says which, and what fits.</summary>
public sealed class LaunchSizesException(string message, Exception? inner = null) : KernelAssemblyException(message, inner);
