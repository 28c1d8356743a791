namespace VaeGpu.Training.Data;

/// <summary>Reads numbers as <see cref="double"/> does, in the same way in every locale, and faster where they are short.</summary>
internal static class NumberText
{
    /// <summary>Digits of a whole number that a double has, whatever they are.</summary>
    private const int ExactDigits = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, ExactDigits + 1).Select(exponent => Math.Pow(10, exponent))];

    /// <summary>Reads a number.</summary>
    /// <remarks>
    /// Up to fifteen digits, with a point among them, are m/10ᵏ with m and 10ᵏ exact in a double: their quotient is rounded once and so
    /// correctly (Clinger 1990). Everything else is for the library.
    /// </remarks>
    public static bool TryParse(ReadOnlySpan<char> text, out double number)
    {
        int at = text.Length > 0 && text[0] == '-' ? 1 : 0, point = -1;
        int digits = text.Length - at;
        if (digits is > 0 and <= ExactDigits + 1)
        {
            long whole = 0;
            int i = at;
            for (; i < text.Length; i++)
            {
                int digit = text[i] - '0';
                if ((uint)digit <= 9)
                    whole = 10 * whole + digit;
                else if (digit == '.' - '0' && point < 0)
                    point = i;
                else
                    break;
            }
            digits -= point < 0 ? 0 : 1;
            if (i == text.Length && digits is > 0 and <= ExactDigits)
            {
                double size = point < 0 ? whole : whole / Powers[text.Length - 1 - point];
                number = at == 0 ? size : -size;
                return true;
            }
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
