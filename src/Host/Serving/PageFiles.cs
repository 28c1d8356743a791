using System.Security.Cryptography;

namespace VaeGpu.Host.Serving;

/// <summary>A file of the page.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Tag">What tells it from that of another version, as an entity tag.</param>
internal sealed record PageFile(string Name, string Type, byte[] Content, string Tag);

/// <summary>The files of the page; they are in the program.</summary>
internal static class PageFiles
{
    private const string Prefix = "Page/";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; } = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(Read).ToDictionary(file => file.Name);

    /// <summary>The text of one.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(All[name].Content);

    private static PageFile Read(string resource)
    {
        using Stream stream = typeof(PageFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        string name = resource[Prefix.Length..], type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        return new(name, type, content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
    }
}
