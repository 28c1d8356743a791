namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// What a view of <see cref="int"/> holds where a few groups of a launch are counted (<see cref="LaunchCounting.Sample"/>): the launches
/// before were sampled, too, and did not write all that it reads. Set it on a parameter that decides how much work there is.
/// </summary>
/// <param name="value">Each element.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class SampledAsAttribute(int value) : Attribute
{
    /// <summary>Each element.</summary>
    public int Value => value;
}
