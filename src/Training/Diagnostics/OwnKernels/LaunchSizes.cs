namespace VaeGpu.Training.Diagnostics.OwnKernels;

/// <summary>The sizes of a launch; see <see cref="Gpu.Inspection.LaunchSizesAttribute"/> for the words.</summary>
internal sealed class LaunchSizes
{
    private const int DefaultThreads = 64, DefaultLength = 1024;
    private const string Unset = ":unset";

    private readonly Dictionary<string, string> words = new(StringComparer.Ordinal);

    /// <param name="texts">Words separated by spaces or commas; later ones take the place of earlier ones.</param>
    /// <exception cref="LaunchSizesException">A word is not a name and a value.</exception>
    public LaunchSizes(params IEnumerable<string> texts)
    {
        foreach (string word in texts.SelectMany(text => text.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries)))
        {
            words[word.Split('=')[0]] = word.Split('=') is [{ Length: > 0 }, { Length: > 0 } value]
                ? value
                : throw new LaunchSizesException($"\"{word}\" is not a size. Write words such as groups=16 threads=64 input=1024.");
        }
    }

    /// <summary>The names that have a value.</summary>
    public IEnumerable<string> Names => words.Keys;

    /// <summary>Threads of a group.</summary>
    public Index3D Threads => Extent("threads") ?? new(DefaultThreads, 1, 1);

    /// <summary>Groups: as many as give each element of the longest view a thread, where no word says how many.</summary>
    public Index3D Groups(long longest) => Extent("groups") ?? new((int)((longest + Threads.Size - 1) / Threads.Size), 1, 1);

    /// <summary>The extent of an implicitly grouped kernel: the longest view's length, where no word says how large.</summary>
    public Index3D Size(long longest) => Extent("size") ?? new((int)longest, 1, 1);

    /// <summary>The length of a view; rows and columns of one with two dimensions.</summary>
    public (Index3D Length, bool IsSet) View(string name, bool isFlat)
    {
        string? text = words.GetValueOrDefault(name);
        bool isSet = text?.EndsWith(Unset, StringComparison.Ordinal) != true;
        if (text is not null && !isSet)
            words[name] = text[..^Unset.Length];
        Index3D length = Extent(name) ?? (isFlat ? new(DefaultLength, 1, 1) : new(32, 32, 1));
        if (text is not null && !isSet)
            words[name] = text;
        return (length, isSet);
    }

    /// <summary>The text of a number; null where no word gives it.</summary>
    public string? Number(string name) => words.GetValueOrDefault(name);

    private Index3D? Extent(string name)
    {
        if (!words.TryGetValue(name, out string? text))
            return null;
        int[] sides = [.. text.Split('x').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is > 0 and <= 1 << 28
                ? side
                : throw new LaunchSizesException($"{name}={text}: sizes are numbers from 1 to {1 << 28}, "
                    + $"such as {name}=64 or {name}=16x16."))];
        return sides.Length <= 3
            ? new(sides[0], sides.ElementAtOrDefault(1) is > 0 and var y ? y : 1, sides.ElementAtOrDefault(2) is > 0 and var z ? z : 1)
            : throw new LaunchSizesException($"{name}={text}: sizes have at most three dimensions.");
    }
}
