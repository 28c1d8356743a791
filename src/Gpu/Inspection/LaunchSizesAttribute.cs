namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// The sizes that <c>vaegpu kernels --assembly</c> launches a kernel with: words such as <c>groups=16</c>, <c>threads=16x16</c>,
/// <c>input=4096</c> for the length of a view, <c>sums=16:unset</c> for one that nothing has filled, <c>factor=2</c> for a number, and
/// <c>shape.Columns=64</c> for a field of a struct.
/// </summary>
/// <param name="sizes">The words, separated by spaces.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LaunchSizesAttribute(string sizes) : Attribute
{
    /// <summary>The words.</summary>
    public string Sizes => sizes;
}
