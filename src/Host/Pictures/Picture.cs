namespace VaeGpu.Host.Pictures;

/// <summary>Levels 0 (black) to 255, shape (Height, Width, Channels): grey with one channel; red, green and blue with three.</summary>
public sealed record Picture(byte[] Pixels, int Width, int Height, int Channels = 1) : IShown
{
    /// <summary>Writes the picture to <paramref name="path"/> as PNG.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public void Write(string path)
    {
        if (Channels == 1)
            PngWriter.WriteGrey(path, Pixels, Width, Height);
        else
            PngWriter.WriteRgb(path, Pixels, Width, Height);
    }
}
