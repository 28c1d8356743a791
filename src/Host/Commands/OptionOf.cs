using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>Options with a range, so that what a command gets can be used as it is. Numbers are read alike in every locale.</summary>
internal static class OptionOf
{
    private const int MostPixels = 4096;

    /// <summary>An option that takes a number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Number<T>(string name, string unit, T fallback, T least, T most, string description)
        where T : struct, INumber<T>
    {
        var option = Number(name, unit, least, most, description);
        option.DefaultValueFactory = _ => fallback;
        return option;
    }

    /// <summary>The same without a default.</summary>
    public static Option<T> Number<T>(string name, string unit, T least, T most, string description) where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            HelpName = unit,
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (TryParse(text, least, most, out var value))
                    return value;
                result.AddError($"{name} takes {Range(least, most)}, not \"{text}\".");
                return default;
            },
        };

    /// <summary>
    /// An option that takes numbers separated by commas, or, where it <paramref name="canBeNone"/>, the word "none". It has no default.
    /// </summary>
    public static Option<IReadOnlyList<int>> Numbers(
        string name, string unit, int least, int most, string description, bool canBeNone = false) =>
        new(name)
        {
            Description = description,
            HelpName = unit,
            // The arity of a list would let the option be given several times.
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                var numbers = new List<int>();
                if (canBeNone && text == "none")
                    return numbers;
                foreach (var part in text.Split(','))
                {
                    if (!TryParse(part, least, most, out var number))
                    {
                        result.AddError(
                            $"{name} takes numbers from {Show(least)} to {Show(most)} separated by commas{(canBeNone ? ", or none" : "")}, not \"{text}\".");
                        return [];
                    }
                    numbers.Add(number);
                }
                return numbers;
            },
        };

    /// <summary>
    /// An option that takes the name of a value of an enumeration or a choice; <see cref="Chosen{T}"/> gives the value.
    /// </summary>
    public static Option<string> Choice<T>(string name, string unit, T fallback, string description) where T : notnull =>
        Choice(name, unit, [.. OptionName.All(typeof(T)).Select(OptionName.Of)], OptionName.Of(fallback), description);

    /// <summary>An option that takes one of <paramref name="choices"/>.</summary>
    public static Option<string> Choice(string name, string unit, string[] choices, string fallback, string description) =>
        new(name)
        {
            Description = $"{description}: {string.Join(", ", choices)}",
            HelpName = unit,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (!choices.Contains(text))
                    result.AddError($"{name} takes one of {string.Join(", ", choices)}; not \"{text}\".");
                return text;
            },
        };

    /// <summary>The value that a <see cref="Choice{T}"/> was given.</summary>
    public static T Chosen<T>(this ParseResult result, Option<string> option) => (T)result.Chosen(option, typeof(T));

    /// <summary>The value that an option for the values of a type was given.</summary>
    public static object Chosen(this ParseResult result, Option<string> option, Type type)
    {
        var text = result.GetRequiredValue(option);
        return OptionName.All(type).First(value => OptionName.Of(value) == text);
    }

    /// <summary>An option that takes text that is not empty.</summary>
    public static Option<string?> Text(string name, string unit, string description) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (string.IsNullOrWhiteSpace(text))
                result.AddError($"{name} takes a {unit}, not an empty text.");
            return text;
        },
    };

    /// <summary>An option that takes the size of pictures, such as 64x48.</summary>
    public static Option<DataFit?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "WIDTHxHEIGHT",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var sides = text.Split('x');
            if (sides.Length == 2 && TryParse(sides[0], 1, MostPixels, out int width) && TryParse(sides[1], 1, MostPixels, out int height))
                return new DataFit(width, height);
            result.AddError($"{name} takes a size such as 64x48, not \"{text}\".");
            return null;
        },
    };

    /// <summary>Whether the person wrote the option.</summary>
    public static bool Gave(this ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static bool TryParse<T>(string text, T least, T most, out T value) where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static string Range<T>(T least, T most) where T : struct, INumber<T> =>
        $"a {(typeof(T) == typeof(double) ? "" : "whole ")}number from {Show(least)} to {Show(most)}";

    private static string Show<T>(T value) where T : struct, INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
