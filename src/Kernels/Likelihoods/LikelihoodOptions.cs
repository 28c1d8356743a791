namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The settings of likelihoods; each likelihood reads those that concern it.</summary>
public sealed record LikelihoodOptions
{
    /// <summary>The names of the settings' properties.</summary>
    public static IEnumerable<string> Names =>
        typeof(LikelihoodOptions).GetProperties().Where(property => property.IsDefined(typeof(SettingAttribute), false))
            .Select(property => property.Name);

    /// <summary>σ or b where it is fixed, and where a shared variance starts; data lie in [0, 1].</summary>
    [Setting("sigma", "σ", "Scale (b of a Laplace distribution), or the initial value of a shared scale", Least = 1e-6, Most = 1e4)]
    public double Scale { get; init; } = 0.1;

    /// <summary>δ of the Huber losses, in units of σ: where the square becomes a line.</summary>
    [Setting("delta", "δ", "Distance at which the loss changes from quadratic to linear, in units of σ", Least = 1e-2, Most = 1e2)]
    public double Delta { get; init; } = 1;

    /// <summary>Classes of a categorical distribution; gray levels of a logistic mixture.</summary>
    [Setting("classes", "k", "Gray levels", Least = 2, Most = 1 << 16)]
    public int Classes { get; init; } = 256;

    /// <summary>Components of a mixture.</summary>
    [Setting("components", "k", "Components", Least = 1, Most = 1 << 10)]
    public int Components { get; init; } = 5;

    /// <summary>The cross-entropy's share of the hybrid loss.</summary>
    [Setting("bce-share", "λ", "Weight of the cross-entropy; the squared error has the rest", Least = 0, Most = 1)]
    public double CrossEntropyShare { get; init; } = 0.5;

    /// <summary>ν of Student's t.</summary>
    [Setting("freedom", "ν", "Degrees of freedom", Least = 1, Most = 1e4)]
    public double Freedom { get; init; } = 4;

    /// <exception cref="ArgumentOutOfRangeException">One of the settings of these names is beyond its range.</exception>
    internal void ThrowIfOutside(IEnumerable<string> names)
    {
        foreach (PropertyInfo property in names.Select(name => typeof(LikelihoodOptions).GetProperty(name)!))
            property.GetCustomAttribute<SettingAttribute>()!.ThrowIfOutside(property.GetValue(this)!);
    }

    /// <summary>Whether the classes are symbols, a byte each, and not gray levels.</summary>
    public bool Symbols { get; init; }
}
