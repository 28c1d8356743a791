using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace VaeGpu.Training.Data;

/// <summary>Reads picture files in parallel.</summary>
/// <param name="files">The files.</param>
/// <param name="fit">What the pictures are brought to.</param>
internal sealed class PictureLoader(string[] files, DataFit fit)
{
    private readonly ConcurrentDictionary<int, DataException> damaged = new();
    private readonly ImageFormat? model = fit.Format as ImageFormat;

    /// <summary>What is wrong with files that are left out, by their numbers.</summary>
    public IReadOnlyDictionary<int, DataException> Damaged => damaged;

    /// <summary>Reads the pictures into parts, which are numbers of files.</summary>
    /// <exception cref="DataException">
    /// A picture is damaged and that was not provided for, all are, sizes differ and none was asked for, or there is no room.
    /// </exception>
    public PictureArray Load(int[][] parts, LoadingOptions how)
    {
        (int Width, int Height)? size = fit.Size ?? (model is null ? null : (model.Width, model.Height));
        var (first, pattern) = FirstSound(size);
        var pictures = new PictureArray(parts, files.Length, new ImageFormat(pattern.Width, pattern.Height, pattern.Channels), how);
        pictures.Put(first, pattern);
        var refused = new ConcurrentDictionary<int, DataException>();
        try
        {
            Parallel.For(first + 1, files.Length, new ParallelOptions { MaxDegreeOfParallelism = how.Threads }, (i, loop) =>
            {
                try
                {
                    if (Picture(i, size) is { } picture)
                        pictures.Put(i, OfOneSize(i, picture, first, pattern));
                }
                catch (DataException error)
                {
                    refused[i] = error;
                    // Files before this one are still read, so that the first that is refused is named.
                    loop.Break();
                }
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return refused.IsEmpty ? pictures : throw refused[refused.Keys.Min()];
    }

    /// <summary>The first picture that can be read, and its number.</summary>
    private (int Number, RasterImage Picture) FirstSound((int Width, int Height)? size)
    {
        for (var i = 0; i < files.Length; i++)
        {
            if (Picture(i, size) is { } picture)
                return (i, picture);
        }
        throw damaged[0];
    }

    /// <summary>A picture; null where it is damaged, and left out.</summary>
    private RasterImage? Picture(int number, (int Width, int Height)? size)
    {
        try
        {
            RasterImage picture = PictureFile.Read(files[number], DataFile.ReadAllBytes(files[number]));
            var (width, height) = size ?? (picture.Width, picture.Height);
            return picture.WithChannels(model?.Channels ?? picture.Channels).Resized(width, height);
        }
        catch (DataException error) when (fit.Options.SkipDamaged)
        {
            damaged[number] = error;
            return null;
        }
        catch (DataException error) when (files.Length > 1)
        {
            throw new DataException($"{error.Message} To continue without it, give --skip-damaged.", error);
        }
    }

    private RasterImage OfOneSize(int number, RasterImage picture, int first, RasterImage pattern) =>
        (picture.Width, picture.Height) == (pattern.Width, pattern.Height)
            ? picture
            : throw new DataException(
                $"{files[first]} has {pattern.Width}×{pattern.Height} pixels but {files[number]} {picture.Width}×{picture.Height}; "
                + "resize all to one size with --size WIDTHxHEIGHT.");
}
