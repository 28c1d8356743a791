using System.Reflection;
using System.Runtime.Loader;

namespace VaeGpu.Tests.Docs;

/// <summary>The product and its tests once more in this process, with some assemblies compiled again. VaeGpu.Gpu is shared.</summary>
internal sealed class RecipeContext(IReadOnlyDictionary<string, string> compiled) : AssemblyLoadContext("recipes")
{
    protected override Assembly? Load(AssemblyName name)
    {
        string built = Path.Combine(AppContext.BaseDirectory, $"{name.Name}.dll");
        bool isOurs = name.Name!.StartsWith("vaegpu", StringComparison.OrdinalIgnoreCase)
            && name.Name is not ("VaeGpu.Gpu" or "VaeGpu.CudaEmulator");
        return compiled.TryGetValue(name.Name, out string? path) ? LoadFromAssemblyPath(path)
            : isOurs && File.Exists(built) ? LoadFromAssemblyPath(built) : null;
    }

    /// <summary>Calls a method of a class that has one of that name and of these parameters' number; its exception is thrown on.</summary>
    public object? Call(string assembly, string type, string method, params object?[] arguments) =>
        Call(LoadFromAssemblyName(new(assembly)).GetType(type, throwOnError: true)!.GetMethods(
            BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
            .Single(candidate => candidate.Name == method && candidate.GetParameters().Length == arguments.Length), arguments);

    /// <summary>Runs every test of a class that takes a device, on these devices.</summary>
    public int RunOnDevices(string assembly, string type, params string[] devices)
    {
        int runs = 0;
        foreach (MethodInfo test in LoadFromAssemblyName(new(assembly)).GetType(type, throwOnError: true)!.GetMethods())
        {
            if (test.GetParameters() is not [{ ParameterType: { Name: nameof(TestDevice) } device }])
                continue;
            var all = (IEnumerable<object>)device.GetProperty(nameof(TestDevice.All))!.GetValue(null)!;
            foreach (object one in all.Where(one => devices.Contains(one.ToString())))
            {
                Call(test, one);
                runs++;
            }
        }
        return runs;
    }

    private static object? Call(MethodInfo method, params object?[] arguments) => method.Invoke(
        method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType!),
        BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
}
