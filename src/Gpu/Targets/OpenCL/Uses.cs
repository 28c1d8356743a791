using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>How often each value is used, and whether only where it is computed.</summary>
internal sealed class Uses
{
    private readonly Dictionary<Value, (int Count, Region Region)> uses = [];

    public Uses(Region body) => Count(body);

    public int Of(Value value) => uses.GetValueOrDefault(value).Count;

    /// <summary>Whether a value's only use is in this very region, so that its text can stand there instead of a name.</summary>
    public bool OnceIn(Region region, Value value) => uses.GetValueOrDefault(value) is (1, var user) && user == region;

    private void Count(Region region)
    {
        foreach (Instruction instruction in region.Instructions)
        {
            foreach (Value operand in instruction.Operands)
                Add(operand, region);
            foreach (Region inner in instruction.Regions)
                Count(inner);
        }
        foreach (Value value in region.Yields)
            Add(value, region);
        if (region.Condition is { } condition)
            Add(condition, region);
    }

    private void Add(Value value, Region region) => uses[value] = (Of(value) + 1, region);
}
