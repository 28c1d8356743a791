using VaeGpu.Host.Commands;

namespace VaeGpu.Host;

/// <summary>The model that "train" was asked for, on the data that it was given.</summary>
internal static class RequestedModel
{
    /// <summary>The model.</summary>
    /// <exception cref="UsageException">The data and what was asked for do not go together; the message says what to write
    /// instead.</exception>
    public static ModelConfiguration For(TrainRequest request, DataSplit data)
    {
        var format = data.Format;
        var likelihood = request.Likelihood ?? format.DefaultLikelihood;
        if (format.Refusal(likelihood, request.Binarization) is { } refusal)
            throw new UsageException(refusal);
        if (format is not TableFormat && request.TableOptions.Count > 0)
            throw new UsageException($"{request.TableOptions[0]} is for tables, and the data is {format.Kind}; leave it out.");
        var settings = request.Model.LikelihoodOptions;
        if (format.Symbols > 0)
        {
            if (request.GaveClasses)
                throw new UsageException("--classes is for levels of gray; text has as many classes as symbols, so leave it out.");
            settings = settings with { Symbols = true, Classes = format.Symbols };
        }
        var model = request.Model with
        {
            Width = format.Width,
            Height = format.Height,
            Channels = format.Channels,
            Likelihood = likelihood,
            LikelihoodOptions = settings,
            Categories = (format as TableFormat)?.Categories ?? [],
            Classes = request.Conditional ? Conditioning.ClassesOf(data) : 0,
        };
        ThrowIfNotConvolved(model, format);
        return model;
    }

    /// <summary>The widths of the encoder's layers, such as "784-400-20" or "784-conv 32-conv 64-400-20".</summary>
    public static string InWords(ModelConfiguration model) => string.Join('-', (IEnumerable<object>)
    [
        model.Symbols > 0 ? $"{model.DataDimensions}×{model.Symbols}"
            : model.DataDimensions - model.Categories.Count + model.Categories.Sum(),
        .. model.Convolutions.Select(channels => $"conv {channels}"), .. model.Hidden, model.Latent,
    ]);

    /// <summary>Checks that the pictures have a pixel left behind every layer.</summary>
    /// <exception cref="UsageException">They have none.</exception>
    public static void ThrowIfTooSmall(ModelConfiguration model)
    {
        if (!model.Fits)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"Pictures of {model.Width}×{model.Height} pixels are too small for {model.Convolutions.Count} convolutions, each of which "
                + $"halves them; give --channels with fewer numbers, or leave --arch {model.Architecture} out."));
        }
    }

    private static void ThrowIfNotConvolved(ModelConfiguration model, ExampleFormat format)
    {
        if (model.Architecture is not { IsConvolutional: true } architecture)
            return;
        if (!format.HasPixels)
            throw new UsageException($"--arch {architecture} is for pictures, and the data is {format.Kind}; leave it out.");
        ThrowIfTooSmall(model);
    }
}
