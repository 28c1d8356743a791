using System.Reflection;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Names of methods and types as a person writes them in C#.</summary>
internal static class Naming
{
    public static string Of(MethodBase method)
    {
        string arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";
        return $"{(method.DeclaringType is { } type ? Of(type) + "." : "")}{method.Name}{arguments}";
    }

    public static string Of(Type type)
    {
        if (type.IsByRef)
            return "ref " + Of(type.GetElementType()!);
        string name = type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : name;
    }
}
