namespace VaeGpu.Training.Data;

/// <summary>Text of files in messages.</summary>
internal static class Text
{
    private const int MostShown = 40;

    /// <summary>The beginning of a text that may be long.</summary>
    public static string Shortened(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}…";
}
