using System.Diagnostics;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Papers;

/// <summary>A published result that is reproduced, by name.</summary>
/// <remarks>To add one: write it in a file of this folder, and add a line here.</remarks>
public abstract class Paper : Choice<Paper>
{
    private protected Paper(string name) : base(name)
    {
    }

    /// <inheritdoc cref="Papers.PytorchVae"/>
    public static Paper PytorchVae { get; } = new PytorchVae();
    /// <inheritdoc cref="Papers.Ppca"/>
    public static Paper Ppca { get; } = new Ppca();
    /// <inheritdoc cref="Papers.BinarizedMnist"/>
    public static Paper BinarizedMnist { get; } = new BinarizedMnist();
    /// <inheritdoc cref="Papers.ConditionalQuadrants"/>
    public static Paper ConditionalQuadrants { get; } = new ConditionalQuadrants();
    /// <inheritdoc cref="Papers.Conv2D"/>
    public static Paper Conv2D { get; } = new Conv2D();

    /// <summary>What is reproduced.</summary>
    public abstract string Title { get; }

    /// <summary>Where the figures are from.</summary>
    public abstract string Source { get; }

    /// <summary>What is done in another way than there, a sentence each.</summary>
    public abstract IReadOnlyList<string> Differences { get; }

    /// <summary>How far a figure may lie from the published one, and why.</summary>
    public abstract string Tolerance { get; }

    /// <summary>About how long it takes on two cores.</summary>
    public abstract string Time { get; }

    /// <summary>What the full form does beyond the short one; null where there is one form only.</summary>
    public virtual string? Full => null;

    /// <summary>When gray pixels become black or white.</summary>
    public virtual Binarization Binarization => Binarization.None;

    /// <summary>Trains what the result needs and compares it.</summary>
    /// <exception cref="DataException">The data are not gray images, or not of a size that the models take.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for; runs keep what was trained until then.</exception>
    /// <exception cref="TrainingDivergedException">A loss is infinite or not a number.</exception>
    public PaperReport Reproduce(PaperRequest request)
    {
        if (request.Data.Train is not ImageSet { Format.Channels: 1 })
            throw new DataException($"The result is of MNIST's gray images, and the data \"{request.Data.Name}\" is of another kind.");
        long start = Stopwatch.GetTimestamp();
        var work = new Reproduction(this, request);
        PaperFigure[] figures = [.. Measure(work)];
        return new PaperReport
        {
            Name = Name,
            Title = Title,
            Source = Source,
            Differences = Differences,
            Tolerance = Tolerance,
            Form = Full is null ? null : request.IsFull ? "full" : "short",
            Data = FormattableString.Invariant(
                $"{request.Data.Name}: {request.Data.Train.Count:N0} images to train on, {request.Data.Test.Count:N0} held out"),
            IsOfMnist = request.Data is { Train.Count: 60_000, Test.Count: 10_000, Format: { Width: 28, Height: 28 } },
            Device = FormattableString.Invariant(
                $"{request.Device.Kind}: {request.Device.Name}, {request.Accelerator.NumMultiprocessors} processors"),
            Date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Figures = figures,
            Runs = [.. work.Runs],
            Pictures = [.. work.Pictures],
        };
    }

    /// <summary>The figures, one after the other.</summary>
    private protected abstract IEnumerable<PaperFigure> Measure(Reproduction work);
}
