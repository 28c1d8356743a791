namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>A likelihood in double precision, written from its definition: what the kernels are held against.</summary>
public sealed class ReferenceLikelihood
{
    /// <summary>The name on the command line.</summary>
    public string Name => Likelihood.Name + Variant;

    /// <summary>What tells apart two references of one likelihood.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Which one.</summary>
    public required Likelihood Likelihood { get; init; }

    /// <summary>What it is told.</summary>
    public required LikelihoodOptions Options { get; init; }

    /// <summary>Decoder outputs per data dimension.</summary>
    public required int Outputs { get; init; }

    /// <summary>−log p(x) for the outputs o.</summary>
    public required Func<double, double[], double> NegativeLog { get; init; }

    /// <summary>Every value, where the distribution is discrete and not of 0 and 1.</summary>
    public double[] Values { get; init; } = [];

    /// <summary>On the real line: the locations and scales of the distribution's parts for the outputs o, and points of kinks.</summary>
    public Func<double[], IEnumerable<(double Location, double Scale)>> Parts { get; init; } = _ => [];

    /// <summary>Some outputs as a decoder gives them: from standard normal numbers.</summary>
    public required Func<Func<double>, double[]> DrawOutputs { get; init; }

    /// <summary>A value of the likelihood's kind of data.</summary>
    public double Datum(Random random) =>
        Values.Length > 0 ? Values[random.Next(Values.Length)]
        : Likelihood.Description.Support.HasFlag(Support.Binary) ? random.Next(2)
        : random.NextDouble();

    /// <summary>What integrates the density or sums the masses.</summary>
    internal Quadrature Integral(double[] outputs) => Likelihood.Description.Support switch
    {
        Support.RealLine => Quadrature.Between(Parts(outputs).SelectMany(part => Panels.SelectMany(
            distance => new[] { part.Location - distance * part.Scale, part.Location + distance * part.Scale }))),
        Support.UnitInterval => Quadrature.Between(Enumerable.Range(0, 33).Select(i => i / 32.0)),
        _ => Quadrature.Over(Values.Length > 0 ? Values : [0, 1]),
    };

    // Panel ends in units of the scale. Beyond 64 there is nothing: the longest tails are those of e^−|t|.
    private static readonly double[] Panels = [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
}
