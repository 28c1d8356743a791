using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Tables;

/// <summary>A figure with where it comes from, as the files in JSON have it: one object for each, its keys in snake case.</summary>
internal sealed record Row
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The part of "figures" that measured it.</summary>
    public required string Part { get; init; }
    public required string What { get; init; }
    public required string Device { get; init; }
    public required string Size { get; init; }
    /// <summary>The median, in <see cref="Unit"/>; or null if it was not measured; the note then gives the reason.</summary>
    public double? Value { get; init; }
    /// <summary>"s", "GFLOP/s", "GB/s", "steps/s", "examples/s", "MB", "nats" …</summary>
    public string? Unit { get; init; }
    /// <summary>The lower quartile; equal to the value where there was one sample.</summary>
    public double? Low { get; init; }
    /// <summary>The upper quartile.</summary>
    public double? High { get; init; }
    public string? Peer { get; init; }
    public double? PeerValue { get; init; }
    public double? PeerLow { get; init; }
    public double? PeerHigh { get; init; }
    /// <summary>How many times as fast as the peer: the median of the pairwise ratios.</summary>
    public double? Ratio { get; init; }
    public double? RatioLow { get; init; }
    public double? RatioHigh { get; init; }
    /// <summary>What bounds the value, in its unit.</summary>
    public double? Peak { get; init; }
    /// <summary>The value's share of it, 1 for all: the median of the pairwise shares.</summary>
    public double? OfPeak { get; init; }
    /// <summary>Whether no other process computed, no more than the peak was reached, and the peak was what it can be.</summary>
    public required bool Quiet { get; init; }
    /// <summary>Cores that other processes kept busy; null where that is not known.</summary>
    public double? BusyCores { get; init; }
    public required string Note { get; init; }
    public required string Commit { get; init; }
    public required string Date { get; init; }
    public required string Runtime { get; init; }
    public required string Machine { get; init; }
    public required string Command { get; init; }

    /// <summary>The row of a figure.</summary>
    /// <param name="part">The part that it belongs to.</param>
    /// <param name="figure">The figure.</param>
    /// <param name="busyCores">Cores that other processes kept busy meanwhile.</param>
    /// <param name="from">Where it comes from.</param>
    public static Row Of(string part, Figure figure, double? busyCores, Provenance from) => new()
    {
        Part = part, What = figure.What, Device = figure.Device, Size = figure.Size,
        Value = figure.Value?.Spread.Median, Unit = figure.Value?.Unit, Low = figure.Value?.Spread.Low, High = figure.Value?.Spread.High,
        Peer = figure.Beside?.Peer, PeerValue = figure.Beside?.Value.Spread.Median,
        PeerLow = figure.Beside?.Value.Spread.Low, PeerHigh = figure.Beside?.Value.Spread.High,
        Ratio = figure.Beside?.Ratio?.Median, RatioLow = figure.Beside?.Ratio?.Low, RatioHigh = figure.Beside?.Ratio?.High,
        Peak = figure.Peak?.Spread.Median, OfPeak = figure.OfPeak,
        BusyCores = busyCores, Quiet = !(busyCores > Neighbors.Quiet) && !Exceeds(figure.OfPeak, figure.Value?.Unit), Note = figure.Note,
        Commit = from.Commit, Date = from.Date, Runtime = from.Runtime, Machine = from.Machine, Command = from.Command,
    };

    /// <summary>Whether more was reached than there is, which says that the peak was disturbed.</summary>
    [JsonIgnore]
    public bool ExceedsPeak => Exceeds(OfPeak, Unit);

    /// <summary>
    /// How many times as fast as the peer the medians say; null where that agrees with <see cref="Ratio"/>, or nothing is compared.
    /// </summary>
    [JsonIgnore]
    public double? OtherRatio
    {
        get
        {
            if (this is not { Value: { } value, PeerValue: { } peer, Ratio: { } ratio, RatioLow: { } low, RatioHigh: { } high })
                return null;
            double ofMedians = Unit == Numbers.Seconds ? peer / value : value / peer;
            // Differences of a tenth of a percent are not reported, however narrow the spread.
            return new Spread(ratio, Math.Min(low, 0.999 * ratio), Math.Max(high, 1.001 * ratio)).Contains(ofMedians) ? null : ofMedians;
        }
    }

    /// <summary>A row is unquiet if the peak measured with it is below this share of the best peak of the run.</summary>
    public const double LeastOfBest = 0.85;

    /// <summary>What the peak of operations was meanwhile, in <see cref="Numbers.Operations"/>; null where it was not measured.</summary>
    [JsonIgnore]
    public double? PeakOfOperations => Unit != Numbers.Operations ? null : Part == PeakFigures.Part ? Value : Peak;

    /// <summary>
    /// The row, marked if the peak beside it was far below the best that the device has shown: the machine was slow.
    /// </summary>
    public Row AgainstBest(double best)
    {
        if (!(PeakOfOperations < LeastOfBest * best))
            return this;
        string note = string.Create(CultureInfo.InvariantCulture, $"**unquiet**: the peak was {PeakOfOperations / best:0 %} of its best");
        return this with { Quiet = false, Note = Note.Length > 0 ? $"{Note}, {note}" : note };
    }

    /// <summary>Writes rows to a file.</summary>
    public static void Save(string path, IEnumerable<Row> rows) => File.WriteAllText(path, JsonSerializer.Serialize(rows, json) + "\n");

    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="CommandException">The file cannot be read, or does not hold rows.</exception>
    public static Row[] Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Row[]>(File.ReadAllText(path), json) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path} is not a file that \"figures --json\" wrote: {e.Message}");
        }
    }

    // What a copy reaches is a measure of kernels, not their limit: one that writes where it reads moves less between memory and caches.
    private static bool Exceeds(double? ofPeak, string? unit) => ofPeak > 1 && unit == Numbers.Operations;
}
