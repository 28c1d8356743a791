namespace VaeGpu.Training.Papers;

/// <summary>A figure that was measured, beside the one that it is compared with.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Measured">The figure.</param>
/// <param name="Reference">The published figure, or that of a closed form.</param>
/// <param name="Unit">What both are measured in.</param>
public sealed record PaperFigure(string What, double Measured, double Reference, string Unit = "nats")
{
    /// <summary>How far <see cref="Measured"/> may lie from <see cref="Reference"/>; null where they are not compared so.</summary>
    public double? Tolerance { get; init; }

    /// <summary>The least that <see cref="Measured"/> may be where a trend alone is compared; null where it is not.</summary>
    public double? Least { get; init; }

    /// <summary>Whether the figure is as it should be; null where it is shown and not compared.</summary>
    public bool? Holds =>
        Tolerance is { } tolerance ? Math.Abs(Measured - Reference) <= tolerance : Least is { } least ? Measured >= least : null;
}
