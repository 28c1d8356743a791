namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Where a distribution of one data dimension lies, and so what its data are.</summary>
[Flags]
public enum Support
{
    /// <summary>All real numbers.</summary>
    RealLine = 1,
    /// <summary>All numbers of [0, 1].</summary>
    UnitInterval = 2,
    /// <summary>Levels of gray, from 0 to 1.</summary>
    Levels = 4,
    /// <summary>0 and 1.</summary>
    Binary = 8,
    /// <summary>Symbols, as text has them.</summary>
    Symbols = 16,
}

/// <summary>What the host needs to know of a likelihood.</summary>
/// <param name="Support">Where it lies; several where its settings decide.</param>
/// <param name="Settings">What its kernels are told, from options within their ranges.</param>
/// <param name="Options">The options that concern it: names of properties of <see cref="LikelihoodOptions"/>.</param>
public sealed record LikelihoodDescription(Support Support, Func<LikelihoodOptions, LikelihoodSettings> Settings, params string[] Options)
{
    /// <summary>A likelihood without settings.</summary>
    public LikelihoodDescription(Support support) : this(support, _ => default)
    {
    }

    /// <summary>Whether e^−loss is a density or a probability, so that losses are in nats.</summary>
    public bool IsNormalized { get; init; } = true;
}

/// <summary>A type with a description.</summary>
public interface IDescribed
{
    static abstract LikelihoodDescription Description { get; }
}
