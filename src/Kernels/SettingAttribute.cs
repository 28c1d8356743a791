namespace VaeGpu.Kernels;

/// <summary>What a setting is called, and which values it takes. The command line has an option for each setting.</summary>
/// <param name="name">The name, such as "weight-decay".</param>
/// <param name="unit">The symbol or the unit of a value.</param>
/// <param name="description">What the setting does, as a phrase.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string name, string unit, string description) : Attribute
{
    public string Name { get; } = name;

    /// <summary>The symbol or the unit of a value.</summary>
    public string Unit { get; } = unit;

    /// <summary>What the setting does.</summary>
    public string Description { get; } = description;

    /// <summary>The least value of a number.</summary>
    public double Least { get; init; }

    /// <summary>The greatest value of a number.</summary>
    public double Most { get; init; } = 1e6;

    /// <exception cref="ArgumentOutOfRangeException">A number is not from <see cref="Least"/> to <see cref="Most"/>.</exception>
    internal void ThrowIfOutside(object value)
    {
        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (!(number >= Least && number <= Most))
        {
            throw new ArgumentOutOfRangeException(
                Name, value, string.Create(CultureInfo.InvariantCulture, $"The setting \"{Name}\" takes a number from {Least} to {Most}."));
        }
    }

    /// <summary>Whether the initial value of the property applies where nothing is given, and is shown in help.</summary>
    public bool HasDefault { get; init; } = true;
}
