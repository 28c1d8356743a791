namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>A line of the table of formula checks.</summary>
/// <param name="Subject">The likelihood or divergence, by its name on the command line.</param>
/// <param name="Check">What was held against what.</param>
/// <param name="Error">The greatest error that was measured.</param>
/// <param name="Bound">What it may be.</param>
public sealed record CheckResult(string Subject, string Check, double Error, double Bound)
{
    /// <summary>Whether the error is within the bound; an error that is not a number is not.</summary>
    public bool Passed => Error <= Bound;
}
