namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>What a pointer points into: a view's part of a buffer, or a shared or local array.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Memory">Where its bytes lie.</param>
/// <param name="Start">Where it begins there.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="LaneBytes">The distance between the parts of two threads; 0 where all see the same part.</param>
internal sealed record Allocation(string Name, Memory Memory, long Start, long Bytes, long LaneBytes = 0)
{
    /// <summary>What a default pointer points to: nothing.</summary>
    public static Allocation None { get; } = new("an empty view", new Memory(0), 0, 0);
}
