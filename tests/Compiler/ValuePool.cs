using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>The values that a generated instruction can take as operands: those that are visible, by type.</summary>
internal sealed class ValuePool(Random random)
{
    private readonly Dictionary<IrType, List<Value>> visible = [];
    private readonly HashSet<Value> uniform = [];

    /// <summary>Whether the value is sure to be the same in all threads of a group.</summary>
    public bool IsUniform(Value value) => value is Constant || uniform.Contains(value);

    public void Add(Value value, bool isUniform = false)
    {
        if (isUniform)
            uniform.Add(value);
        Of(value.Type).Add(value);
    }

    /// <summary>A visible value, more likely a young one; null where there is none.</summary>
    public Value? Pick(IrType type, bool uniformOnly)
    {
        List<Value> values = Of(type);
        for (int attempt = 0; attempt < 8 && values.Count > 0; attempt++)
        {
            int back = Math.Min(random.Next(values.Count), random.Next(values.Count));
            Value value = values[values.Count - 1 - back];
            if (!uniformOnly || IsUniform(value))
                return value;
        }
        return null;
    }

    /// <summary>Generates inside a region: what is added there is not visible after it.</summary>
    public T Inside<T>(Func<T> generate)
    {
        var counts = visible.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
        T result = generate();
        foreach (var (type, values) in visible)
            values.RemoveRange(counts.GetValueOrDefault(type), values.Count - counts.GetValueOrDefault(type));
        return result;
    }

    private List<Value> Of(IrType type)
    {
        if (!visible.TryGetValue(type, out List<Value>? values))
            visible.Add(type, values = []);
        return values;
    }
}
