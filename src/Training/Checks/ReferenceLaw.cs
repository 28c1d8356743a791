using System.Text.Json;
using VaeGpu.Kernels;

namespace VaeGpu.Training.Checks;

/// <summary>Where a law lies, and so what its data are.</summary>
public enum Support
{
    /// <summary>All real numbers.</summary>
    Line,
    /// <summary>[0, 1].</summary>
    Unit,
    /// <summary>0 and 1.</summary>
    Binary,
    /// <summary>Classes 0 … n−1, divided by something.</summary>
    Classes,
}

/// <summary>A likelihood in double precision, written from its definition: what the kernels are held against.</summary>
public sealed class ReferenceLaw
{
    /// <summary>The name on the command line.</summary>
    public string Name => JsonNamingPolicy.KebabCaseLower.ConvertName(Likelihood.ToString()) + Variant;

    /// <summary>What tells apart two laws of one likelihood.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Which one.</summary>
    public required Likelihood Likelihood { get; init; }

    /// <summary>What it is told.</summary>
    public required LikelihoodOptions Options { get; init; }

    /// <summary>Decoder outputs per data dimension.</summary>
    public required int Outputs { get; init; }

    /// <summary>−log p(x) for the outputs o.</summary>
    public required Func<double, double[], double> NegativeLog { get; init; }

    /// <summary>Where the law lies.</summary>
    public required Support Support { get; init; }

    /// <summary>The values of a law of <see cref="Support.Classes"/>.</summary>
    public double[] Values { get; init; } = [];

    /// <summary>The locations and scales of the parts of a law on the line, for the outputs o; and points where it is not smooth.</summary>
    public Func<double[], IEnumerable<(double Location, double Scale)>> Parts { get; init; } = _ => [];

    /// <summary>Some outputs as a decoder gives them: from standard normal numbers.</summary>
    public required Func<Func<double>, double[]> DrawOutputs { get; init; }

    /// <summary>What integrates the law's density or sums its masses.</summary>
    internal Quadrature Integral(double[] outputs) => Support switch
    {
        Support.Line => Quadrature.Between(Parts(outputs).SelectMany(part => Panels.SelectMany(
            distance => new[] { part.Location - distance * part.Scale, part.Location + distance * part.Scale }))),
        Support.Unit => Quadrature.Between(Enumerable.Range(0, 33).Select(i => i / 32.0)),
        Support.Binary => Quadrature.Over([0, 1]),
        _ => Quadrature.Over(Values),
    };

    // Panel ends in units of the scale. Beyond 64 there is nothing: the longest tails are those of e^−|t|.
    private static readonly double[] Panels = [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
}
