namespace VaeGpu.Gpu.Frontend;

/// <summary>Names of methods and types as a person writes them in C#.</summary>
internal static class Naming
{
    private static readonly Dictionary<Type, string> keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort",
        [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(char)] = "char",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal", [typeof(object)] = "object",
        [typeof(string)] = "string", [typeof(void)] = "void",
    };

    public static string Of(MethodBase method)
    {
        string arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";
        if (method.IsConstructor)
            return $"new {Of(method.DeclaringType!)}";
        bool isProperty = method.IsSpecialName
            && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal));
        return $"{Owner(method)}{(isProperty ? method.Name[4..] : Plain(method.Name))}{arguments}";
    }

    public static string Of(FieldInfo field) => Owner(field) + Plain(field.Name);

    public static string Of(Type type)
    {
        if (type.IsByRef)
            return "ref " + Of(type.GetElementType()!);
        if (type.IsArray)
            return Of(type.GetElementType()!) + "[]";
        if (keywords.TryGetValue(type, out string? keyword))
            return keyword;
        if (IsClosure(type))
            return Of(type.DeclaringType!);
        string name = type.Name.Split('`')[0];
        string arguments = string.Join(", ", type.GetGenericArguments().Select(Of));
        return arguments.Length == 0 ? name : arguments.Length > 100 ? $"{name}<…>" : $"{name}<{arguments}>";
    }

    /// <summary>Whether a class is one that the C# compiler makes to hold lambdas and what they capture.</summary>
    public static bool IsClosure(Type type) => type.Name.StartsWith("<>c", StringComparison.Ordinal) && type.DeclaringType is not null;

    /// <summary>A name that the C# compiler made, as "&lt;Kernel&gt;g__Helper|0_0", without its decoration.</summary>
    public static string Plain(string name)
    {
        if (!name.StartsWith('<'))
            return name;
        int end = name.IndexOf('>'), local = name.IndexOf("g__", StringComparison.Ordinal);
        return local > 0 ? name[(local + 3)..name.IndexOf('|')] : end > 1 ? name[1..end] : name;
    }

    private static string Owner(MemberInfo member) => member.DeclaringType is { } type ? Of(type) + "." : "";
}
