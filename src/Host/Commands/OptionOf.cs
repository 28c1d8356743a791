using System.Numerics;
using VaeGpu.Kernels;

namespace VaeGpu.Host.Commands;

/// <summary>Options with a range, so that what a command gets can be used as it is. Numbers are read alike in every locale.</summary>
internal static class OptionOf
{
    private const int MostPixels = 4096;
    private static readonly Dictionary<string, long> Units = new()
    {
        ["KB"] = 1_000, ["MB"] = 1_000_000, ["GB"] = 1_000_000_000, ["TB"] = 1_000_000_000_000,
        ["KIB"] = 1L << 10, ["MIB"] = 1L << 20, ["GIB"] = 1L << 30, ["TIB"] = 1L << 40,
    };

    /// <summary>An option that takes a number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Number<T>(string name, string unit, T fallback, T least, T most, string description)
        where T : struct, INumber<T>
    {
        var option = Number(name, unit, least, most, description);
        option.DefaultValueFactory = _ => fallback;
        return option;
    }

    /// <summary>The same without a default.</summary>
    public static Option<T> Number<T>(string name, string unit, T least, T most, string description) where T : struct, INumber<T> => Read(
        name, unit, description, text => TryParse(text, least, most, out var value) ? value : throw Refusal(Range(least, most), text));

    /// <summary>An option that takes numbers separated by commas, or, if it <paramref name="canBeNone"/>, "none"; no default.</summary>
    public static Option<ValueList<int>> Numbers(string name, string unit, int least, int most, string description, bool canBeNone = false)
    {
        var wanted = $"numbers from {Show(least)} to {Show(most)} separated by commas{(canBeNone ? ", or none" : "")}";
        return Read<ValueList<int>>(name, unit, description, text => canBeNone && text == "none"
            ? []
            : [.. text.Split(',').Select(part => TryParse(part, least, most, out var number) ? number : throw Refusal(wanted, text))]);
    }

    /// <summary>An option that takes the name of a value of an enumeration or a choice; <see cref="Chosen{T}"/> gives the value.</summary>
    public static Option<string> Choice<T>(string name, string unit, T fallback, string description) where T : notnull =>
        Choice(name, unit, [.. OptionName.All(typeof(T)).Select(OptionName.Of)], OptionName.Of(fallback), description);

    /// <summary>An option that takes one of <paramref name="choices"/>.</summary>
    public static Option<string> Choice(string name, string unit, string[] choices, string fallback, string description)
    {
        var list = string.Join(", ", choices);
        var option = Read(name, unit, $"{description}: {list}",
            text => choices.Contains(text) ? text : throw new FormatException($"takes one of {list}; not \"{text}\"."));
        option.DefaultValueFactory = _ => fallback;
        return option;
    }

    /// <summary>The choices that an option goes with, such as "huber or p-huber".</summary>
    public static string Alternatives<T>(IReadOnlyList<T> choices, Func<T, bool> goesWith)
    {
        T[] concerned = [.. choices.Where(goesWith)];
        return concerned.Length == 1 ? $"{concerned[0]}" : $"{string.Join(", ", concerned[..^1].AsEnumerable())} or {concerned[^1]}";
    }

    /// <summary>The value that a <see cref="Choice{T}"/> was given.</summary>
    public static T Chosen<T>(this ParseResult result, Option<string> option) => (T)result.Chosen(option, typeof(T));

    /// <summary>The value that an option for the values of a type was given.</summary>
    public static object Chosen(this ParseResult result, Option<string> option, Type type)
    {
        var text = result.GetRequiredValue(option);
        return OptionName.All(type).First(value => OptionName.Of(value) == text);
    }

    /// <summary>An option that takes text that is not empty.</summary>
    public static Option<string?> Text(string name, string unit, string description) => Read<string?>(name, unit, description,
        text => string.IsNullOrWhiteSpace(text) ? throw new FormatException($"takes a {unit}, not an empty text.") : text);

    /// <summary>An option that takes the size of pictures, such as 64x48.</summary>
    public static Option<(int Width, int Height)?> Size(string name, string description) => Read<(int Width, int Height)?>(
        name, "WIDTHxHEIGHT", description, text => text.Split('x') is [var wide, var high]
        && TryParse(wide, 1, MostPixels, out int width) && TryParse(high, 1, MostPixels, out int height)
            ? (width, height)
            : throw Refusal("a size such as 64x48", text));

    /// <summary>An option that takes an amount of memory, such as 2GB.</summary>
    public static Option<long?> Bytes(string name, string description) => Read<long?>(name, "size", description, text =>
    {
        int end = 1 + text.LastIndexOfAny([.. "0123456789."]);
        return Units.TryGetValue(text[end..].ToUpperInvariant(), out long unit) && TryParse(text[..end], 0.0, 1e6, out double number)
            ? (long)(number * unit)
            : throw Refusal("an amount of memory such as 500MB or 2GB", text);
    });

    /// <summary>An option whose text is read by a function; where that throws, its message goes on behind the option's name.</summary>
    public static Option<T> Read<T>(string name, string unit, string description, Func<string, T> read) => new(name)
    {
        Description = description,
        HelpName = unit,
        // The arity of a list would let the option be given several times.
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            try
            {
                return read(result.Tokens.Single().Value);
            }
            catch (FormatException e)
            {
                result.AddError($"{name} {e.Message}");
                return default;
            }
        },
    };

    /// <summary>Numbers of examples or dimensions must be below <paramref name="count"/>.</summary>
    /// <exception cref="UsageException">One is not.</exception>
    public static void ThrowIfBeyond(string name, IEnumerable<int> numbers, int count, string what)
    {
        foreach (var number in numbers.Where(number => number >= count))
            throw new UsageException($"{name}: there is no {what} {number}; they go from 0 to {count - 1}.");
    }

    /// <summary>Whether the person wrote the option.</summary>
    public static bool Gave(this ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static FormatException Refusal(string wanted, string text) => new($"takes {wanted}, not \"{text}\".");

    private static bool TryParse<T>(string text, T least, T most, out T value) where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static string Range<T>(T least, T most) where T : struct, INumber<T> =>
        $"a {(typeof(T) == typeof(double) ? "" : "whole ")}number from {Show(least)} to {Show(most)}";

    private static string Show<T>(T value) where T : struct, INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
