using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Training.Exchange;

/// <summary>
/// The order of features that are images: convolutions here keep the channels of a pixel side by side, PyTorch and ONNX keep planes, so
/// that number c·<see cref="Pixels"/> + p of theirs is number p·<see cref="Channels"/> + c of ours. Features behind them, such as labels,
/// stay where they are.
/// </summary>
/// <param name="Channels">Numbers of a pixel.</param>
/// <param name="Pixels">Pixels of an image.</param>
internal sealed record PixelOrder(int Channels, int Pixels)
{
    /// <summary>The order of images; null where both orders are the same.</summary>
    public static PixelOrder? Of(ImageShape image) => Of(image.Channels, image.Pixels);

    /// <summary>The same from sizes.</summary>
    public static PixelOrder? Of(int channels, int pixels) => channels > 1 && pixels > 1 ? new(channels, pixels) : null;

    /// <summary>The number of ours for each of so many numbers of theirs.</summary>
    public int[] Ours(int length)
    {
        var ours = new int[length];
        for (var i = 0; i < length; i++)
            ours[i] = i < Channels * Pixels ? i % Pixels * Channels + i / Pixels : i;
        return ours;
    }
}
