using System.Numerics;
using VaeGpu.Kernels;

namespace VaeGpu.Host.Commands;

/// <summary>The options of a configuration: one for each property with a <see cref="SettingAttribute"/>.</summary>
/// <param name="create">Creates the configuration with its default values.</param>
/// <param name="describe">A setting's description, by the name of its property, where it is more than the attribute's.</param>
internal sealed class SettingOptions<T>(Func<T> create, Func<string, string, string>? describe = null) where T : class
{
    private readonly (PropertyInfo Property, SettingAttribute Setting, Option Option)[] entries =
    [
        .. from property in typeof(T).GetProperties()
           let setting = property.GetCustomAttribute<SettingAttribute>()
           where setting is not null
           let description = describe?.Invoke(property.Name, setting.Description) ?? setting.Description
           select (property, setting, OptionFor(property, setting, create(), description)),
    ];

    /// <summary>Every option, in the order of the properties.</summary>
    public IEnumerable<Option> All => entries.Select(entry => entry.Option);

    /// <summary>The option of a property.</summary>
    public Option this[string property] => entries.Single(entry => entry.Property.Name == property).Option;

    /// <summary>The configuration that the command line asks for.</summary>
    public T Read(ParseResult result)
    {
        T configuration = create();
        foreach (var (property, setting, option) in entries)
        {
            if (setting.HasDefault || result.Gave(option))
                property.SetValue(configuration, ValueOf(result, property.PropertyType, option));
        }
        return configuration;
    }

    private static Option OptionFor(PropertyInfo property, SettingAttribute setting, T defaults, string description)
    {
        (string name, object? fallback) = ($"--{setting.Name}", property.GetValue(defaults));
        return fallback switch
        {
            null => OptionOf.Text(name, setting.Unit, description),
            int number => Number(number, (int)setting.Least, (int)setting.Most),
            uint number => Number(number, (uint)setting.Least, (uint)setting.Most),
            double number => Number(number, setting.Least, setting.Most),
            bool => new Option<bool>(name) { Description = description },
            _ => OptionOf.Choice(
                name, setting.Unit, [.. OptionName.All(property.PropertyType).Select(OptionName.Of)], OptionName.Of(fallback), description),
        };

        Option Number<TNumber>(TNumber initial, TNumber least, TNumber most) where TNumber : struct, INumber<TNumber> => setting.HasDefault
            ? OptionOf.Number(name, setting.Unit, initial, least, most, description)
            : OptionOf.Number(name, setting.Unit, least, most, description);
    }

    private static object ValueOf(ParseResult result, Type type, Option option) => option switch
    {
        Option<int> number => result.GetValue(number),
        Option<uint> number => result.GetValue(number),
        Option<double> number => result.GetValue(number),
        Option<bool> flag => result.GetValue(flag),
        Option<string> text when type == typeof(string) => result.GetValue(text)!,
        Option<string> name => result.Chosen(name, type),
        _ => throw new NotSupportedException($"There is no option for settings of type {type}."),
    };
}
