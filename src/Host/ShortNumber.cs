namespace VaeGpu.Host;

/// <summary>Large numbers in few columns: 83.5M for 83,544,064.</summary>
internal static class ShortNumber
{
    public static string Of(long? number) => number switch
    {
        null => "–",
        < 1_000 => Text($"{number}"),
        < 1_000_000 => Text($"{number / 1e3:0.0}k"),
        < 1_000_000_000 => Text($"{number / 1e6:0.0}M"),
        _ => Text($"{number / 1e9:0.0}G"),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
