namespace VaeGpu.Host.Pictures;

/// <summary>Grey levels 0 (black) to 255 (white), shape (Height, Width).</summary>
public sealed record GreyPicture(byte[] Pixels, int Width, int Height)
{
    /// <summary>Writes the picture to <paramref name="path"/> as PNG.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public void WritePng(string path) => PngWriter.WriteGrey(path, Pixels, Width, Height);
}
