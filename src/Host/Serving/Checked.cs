namespace VaeGpu.Host.Serving;

/// <summary>What requests may hold.</summary>
internal static class Checked
{
    /// <summary>Refuses a number outside a range.</summary>
    /// <exception cref="RefusedException">It is outside.</exception>
    public static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw RefusedException.Wrong(FormattableString.Invariant($"{name} goes from {least} to {most}; it is {value}."));
    }

    /// <summary>Refuses numbers that are not those of categories or symbols, 0 to <paramref name="count"/> − 1.</summary>
    /// <exception cref="RefusedException">One is not.</exception>
    public static void Codes(string name, IEnumerable<float> codes, int count)
    {
        if (codes.Any(code => code < 0 || code >= count || code != MathF.Floor(code)))
            throw RefusedException.Wrong(FormattableString.Invariant($"{name} is a whole number from 0 to {count - 1}."));
    }

    /// <summary>Rows of <paramref name="columns"/> finite numbers, one after the other.</summary>
    /// <exception cref="RefusedException">There are no rows or too many, or one does not hold that many numbers.</exception>
    public static float[] Rows(string name, float[][]? rows, int columns, int most)
    {
        Range($"the number of rows of {name}", rows?.Length ?? 0, 1, most);
        foreach (float[]? row in rows!)
        {
            if (row?.Length != columns)
                throw RefusedException.Wrong(FormattableString.Invariant($"Each row of {name} has {columns} numbers."));
            if (!Array.TrueForAll(row, float.IsFinite))
                throw RefusedException.Wrong($"A number of {name} is too large.");
        }
        return [.. rows.SelectMany(row => row)];
    }
}
