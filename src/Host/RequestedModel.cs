using VaeGpu.Host.Commands;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Host;

/// <summary>The model that "train" was asked for, on the data that it was given.</summary>
internal static class RequestedModel
{
    /// <summary>The model.</summary>
    /// <exception cref="UsageException">The data and what was asked for do not go together; the message says what to write
    /// instead.</exception>
    public static ModelConfiguration For(TrainRequest request, DataSplit data)
    {
        var likelihood = request.Likelihood ?? LikelihoodChoice.For(data);
        if (LikelihoodChoice.Refusal(likelihood, data, request.Binarization) is { } refusal)
            throw new UsageException(refusal);
        var settings = request.Model.LikelihoodOptions;
        if (data.Alphabet is { } alphabet)
        {
            if (request.GaveClasses)
                throw new UsageException("--classes is for levels of gray; text has as many classes as symbols, so leave it out.");
            settings = settings with { Symbols = true, Classes = alphabet.EnumerateRunes().Count() };
        }
        var model = request.Model with
        {
            Width = data.Train.Width,
            Height = data.Train.Height,
            Channels = data.Train.Channels,
            Likelihood = likelihood,
            LikelihoodOptions = settings,
            Classes = request.Conditional ? Conditioning.ClassesOf(data) : 0,
        };
        ThrowIfNotConvolved(model, data);
        return model;
    }

    /// <summary>The widths of the encoder's layers, such as "784-400-20" or "784-conv 32-conv 64-400-20".</summary>
    public static string InWords(ModelConfiguration model) => string.Join('-', (IEnumerable<object>)
    [
        model.Symbols > 0 ? $"{model.DataDimensions}×{model.Symbols}" : model.DataDimensions,
        .. model.Convolutions.Select(channels => $"conv {channels}"), .. model.Hidden, model.Latent,
    ]);

    private static void ThrowIfNotConvolved(ModelConfiguration model, DataSplit data)
    {
        if (model.Convolutions.Count == 0)
            return;
        var what = data.Columns is not null ? "The columns of a table" : data.Alphabet is not null ? "The symbols of text" : null;
        if (what is not null)
            throw new UsageException($"{what} cannot be convolved; leave --arch conv out.");
        if (!model.HasRoomForConvolutions)
        {
            throw new UsageException(FormattableString.Invariant(
                $"Pictures of {model.Width}×{model.Height} pixels are too small for {model.Convolutions.Count} convolutions, each of which halves ")
                + "them; give --channels with fewer numbers, or leave --arch conv out.");
        }
    }
}
