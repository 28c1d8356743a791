using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using VaeGpu.Training.Files;
using VaeGpu.Training.Watching;

namespace VaeGpu.Host.Pictures;

/// <summary>Levels 0 (black) to 255, shape (Height, Width, Channels): gray with one channel; red, green and blue with three.</summary>
public sealed record Picture(byte[] Pixels, int Width, int Height, int Channels = 1) : IShown
{
    /// <summary>Writes the picture to <paramref name="path"/> as PNG.</summary>
    /// <exception cref="ArgumentException">A side is not positive, or the pixels do not fill the picture.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public void Write(string path) => AtomicFile.Write(path, Encode);

    /// <summary>The picture as PNG in memory.</summary>
    public EncodedPicture Encoded()
    {
        using var stream = new MemoryStream();
        Encode(stream);
        return new(stream.ToArray(), Width, Height, Channels);
    }

    private void Encode(Stream stream)
    {
        using Image image = Channels == 1
            ? Image.LoadPixelData<L8>(Pixels, Width, Height)
            : Image.LoadPixelData<Rgb24>(Pixels, Width, Height);
        var encoder = new PngEncoder
        {
            ColorType = Channels == 1 ? PngColorType.Grayscale : PngColorType.Rgb,
            // Grids of digits compress best unfiltered.
            FilterMethod = PngFilterMethod.None,
        };
        image.SaveAsPng(stream, encoder);
    }
}
