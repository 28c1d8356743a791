using System.Globalization;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A number as written: integer, single or double.</summary>
internal readonly record struct PtxLiteral(PtxLiteralKind Kind, Int128 Integer, double Real)
{
    public static PtxLiteral Of(Int128 value) => new(PtxLiteralKind.Integer, value, 0);
}

/// <summary>Single: 0f3F800000. Double: 0d3FF0000000000000. Decimal: 1.0, which fits either.</summary>
internal enum PtxLiteralKind
{
    Integer, Single, Double, Decimal,
}

/// <summary>An operand as written, before its names are looked up.</summary>
internal abstract record PtxOperand
{
    /// <summary>A register, special register, variable or label; <c>!p</c> is negated; an offset follows a variable.</summary>
    public sealed record Name(string Text, bool Negated, long Offset, bool HasOffset) : PtxOperand;

    public sealed record Number(PtxLiteral Value) : PtxOperand;

    /// <summary><c>a|b</c></summary>
    public sealed record Pair(PtxOperand First, PtxOperand Second) : PtxOperand;

    /// <summary><c>{a, b}</c></summary>
    public sealed record Vector(IReadOnlyList<PtxOperand> Elements) : PtxOperand;

    /// <summary><c>[base+offset]</c>; the base is a name or absent.</summary>
    public sealed record Address(string? Base, long Offset) : PtxOperand;

    /// <summary><c>_</c>: the result is thrown away.</summary>
    public sealed record Sink : PtxOperand;
}

/// <summary>An instruction as written: <c>@!p opcode.modifier… operands;</c></summary>
internal sealed record PtxStatement(
    int Line, string? Guard, bool GuardNegated, string Opcode, IReadOnlyList<string> Modifiers, IReadOnlyList<PtxOperand> Operands)
{
    public string Mnemonic => string.Join('.', Modifiers.Prepend(Opcode));
}

internal enum PtxTokenKind
{
    Word, Directive, Number, Text, Sign, End,
}

internal readonly record struct PtxToken(PtxTokenKind Kind, string Text, int Line)
{
    public override string ToString() => Kind == PtxTokenKind.End ? "the end of the text" : $"'{Text}'";
}

/// <summary>Cuts the text into words (with their dotted suffixes), directives, numbers, quoted texts and signs.</summary>
internal static class PtxLexer
{
    public static List<PtxToken> Read(string text)
    {
        List<PtxToken> tokens = [];
        int line = 1;
        for (int at = 0; at < text.Length;)
        {
            char c = text[at];
            if (c > 126)
                throw new PtxException(line, $"character U+{(int)c:X4} is not ASCII");
            if (c == '\n')
                line++;
            if (char.IsWhiteSpace(c))
                at++;
            else if (text.AsSpan(at).StartsWith("//"))
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            else if (text.AsSpan(at).StartsWith("/*"))
                at = SkipComment(text, at, ref line);
            else
            {
                PtxToken token = ReadToken(text, at, line);
                tokens.Add(token);
                at += token.Text.Length;
            }
        }
        tokens.Add(new(PtxTokenKind.End, "", line));
        return tokens;
    }

    /// <summary>Reads a number as PTX writes it; null where it is none.</summary>
    public static PtxLiteral? Number(string text)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase))
        {
            return text.Length == 10
                && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint single)
                ? new(PtxLiteralKind.Single, single, BitConverter.UInt32BitsToSingle(single)) : null;
        }
        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase))
        {
            return text.Length == 18
                && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)
                ? new(PtxLiteralKind.Double, bits, BitConverter.UInt64BitsToDouble(bits)) : null;
        }
        string digits = text.EndsWith('U') ? text[..^1] : text;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex)
                ? PtxLiteral.Of(hex) : null;
        if (digits.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out ulong bin)
                ? PtxLiteral.Of(bin) : null;
        if (digits.Length > 1 && digits[0] == '0' && digits.All(char.IsAsciiDigit))
            return digits.All(digit => digit < '8') ? PtxLiteral.Of(digits.Aggregate((Int128)0, (sum, digit) => (sum * 8) + (digit - '0')))
                : null;
        if (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            return PtxLiteral.Of(value);
        const NumberStyles decimals = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, decimals, CultureInfo.InvariantCulture, out double real)
            ? new(PtxLiteralKind.Decimal, 0, real) : null;
    }

    private static PtxToken ReadToken(string text, int at, int line)
    {
        char c = text[at];
        int end = at + 1;
        if (c == '"')
        {
            end = text.IndexOf('"', end);
            if (end < 0)
                throw new PtxException(line, "a quoted text without its end");
            return new(PtxTokenKind.Text, text[at..(end + 1)], line);
        }
        if (char.IsAsciiDigit(c))
        {
            while (end < text.Length && (IsWord(text[end]) || text[end] == '.'
                || (text[end] is '+' or '-' && text[end - 1] is 'e' or 'E'
                    && text[at..end].All(x => char.IsAsciiDigit(x) || x is '.' or 'e' or 'E'))))
                end++;
            return new(PtxTokenKind.Number, text[at..end], line);
        }
        if (c == '.')
        {
            end = EndOfSuffix(text, at);
            return end > at + 1 ? new(PtxTokenKind.Directive, text[at..end], line) : new(PtxTokenKind.Sign, ".", line);
        }
        if (!IsWord(c) && c != '%')
            return new(PtxTokenKind.Sign, c.ToString(), line);
        while (end < text.Length && IsWord(text[end]))
            end++;
        while (end < text.Length && text[end] == '.' && EndOfSuffix(text, end) > end + 1)
            end = EndOfSuffix(text, end);
        return new(PtxTokenKind.Word, text[at..end], line);
    }

    /// <summary>The end of <c>.word</c> or <c>.word::word</c>.</summary>
    private static int EndOfSuffix(string text, int dot)
    {
        int end = dot + 1;
        while (end < text.Length
            && (IsWord(text[end]) || (end + 2 < text.Length && text[end] == ':' && text[end + 1] == ':' && IsWord(text[end + 2]))))
            end += text[end] == ':' ? 2 : 1;
        return end;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private static int SkipComment(string text, int at, ref int line)
    {
        int end = text.IndexOf("*/", at, StringComparison.Ordinal);
        if (end < 0)
            throw new PtxException(line, "a comment without its end");
        line += text.AsSpan(at, end - at).Count('\n');
        return end + 2;
    }
}
