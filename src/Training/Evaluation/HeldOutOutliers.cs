using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Evaluation;

/// <summary>Tells why the loss on held-out data may explode while that on the data trained on falls.</summary>
public static class HeldOutOutliers
{
    /// <summary>Nats per dimension by which the held-out loss exceeds the training loss: more than overfitting explains.</summary>
    private const double Excess = 10;

    /// <summary>Deviations from the mean at which a value is an outlier under every likelihood without heavy tails.</summary>
    private const double Far = 10;

    /// <summary>Whether the held-out loss is 10 nats per dimension above the training loss, and the training loss falls.</summary>
    /// <param name="now">The epoch that ended.</param>
    /// <param name="before">The epoch before it; null for the first.</param>
    /// <param name="dimensions">Data dimensions.</param>
    public static bool Explode(EpochMetrics now, EpochMetrics? before, int dimensions) =>
        now.Test.Loss - now.Train.Loss > Excess * dimensions && (before is null || now.Train.Loss < before.Train.Loss);

    /// <summary>The likely cause and what to do: the held-out value that is farthest from its mean in the data trained on.</summary>
    public static string Cause(DataSplit data)
    {
        if (data.Format is TextFormat)
            return CauseInText((TextSet)data.Train, (TextSet)data.Test, (TextFormat)data.Format);
        var (example, dimension, distance) = Farthest(data);
        string where = $"held-out {data.Test.Sources.Kind} {data.Test.Sources[example]}", name = Name(data.Format, dimension);
        if (double.IsPositiveInfinity(distance))
        {
            return $"{name} is constant in the data to train on and another value in {where}; "
                + "leave it out, or use a likelihood with a fixed variance";
        }
        if (distance > Far)
        {
            return FormattableString.Invariant(
                $"{name} of {where} lies {distance:N0} standard deviations from the mean of the data to train ")
                + "on; check for outliers and for dimensions that hardly vary, or use a likelihood with heavier tails (student-t) or a "
                + "fixed variance";
        }
        return "the variance that the model learned is far too small for new data; "
            + "use a likelihood with a fixed variance, more data, or a smaller model";
    }

    /// <summary>Symbols have no distances: the likely cause is one that never stands in its place in the text to train on.</summary>
    private static string CauseInText(TextSet train, TextSet test, TextFormat format)
    {
        var seen = new HashSet<(int Place, byte Symbol)>(train.Symbols.Select((symbol, i) => (i % format.Length, symbol)));
        foreach (var (i, symbol) in test.Symbols.Index())
        {
            if (seen.Contains((i % format.Length, symbol)))
                continue;
            var character = format.Alphabet.EnumerateRunes().ElementAt(symbol);
            return FormattableString.Invariant($"\"{character}\" is character {i % format.Length + 1} of held-out {test.Sources.Kind} ")
                + $"{test.Sources[i / format.Length]} and of no line to train on; use more data, or a smaller model";
        }
        return "the model fits the lines to train on too closely; use more data, or a smaller model";
    }

    private static (int Example, int Dimension, double Distance) Farthest(DataSplit data)
    {
        // Codes of categories have no distance.
        int size = data.Format.Size, numbers = data.Format is TableFormat table ? table.Columns.Count : size;
        var (means, deviations) = Moments(data.Train);
        (int Example, int Dimension, double Distance) farthest = default;
        var row = new float[size];
        for (var example = 0; example < data.Test.Count; example++)
        {
            data.Test.CopyTo(example, row);
            for (var i = 0; i < numbers; i++)
            {
                double distance = row[i] == means[i] ? 0 : Math.Abs(row[i] - means[i]) / deviations[i];
                if (distance > farthest.Distance)
                    farthest = (example, i, distance);
            }
        }
        return farthest;
    }

    /// <summary>Mean and deviation of each dimension; the first value is taken off, so that a constant has the deviation 0.</summary>
    private static (double[] Means, double[] Deviations) Moments(ExampleSet examples)
    {
        int size = examples.Format.Size;
        var (first, row) = (new float[size], new float[size]);
        var (sums, squares) = (new double[size], new double[size]);
        examples.CopyTo(0, first);
        for (var example = 0; example < examples.Count; example++)
        {
            examples.CopyTo(example, row);
            for (var i = 0; i < size; i++)
            {
                double above = (double)row[i] - first[i];
                (sums[i], squares[i]) = (sums[i] + above, squares[i] + above * above);
            }
        }
        double[] means = [.. sums.Select((sum, i) => first[i] + sum / examples.Count)];
        double[] variances = [.. squares.Select((square, i) => square / examples.Count - Math.Pow(sums[i] / examples.Count, 2))];
        return (means, Array.ConvertAll(variances, variance => Math.Sqrt(Math.Max(0, variance))));
    }

    private static string Name(ExampleFormat format, int dimension) => format switch
    {
        TableFormat table when dimension < table.Columns.Count => $"column \"{table.Columns[dimension].Name}\"",
        ImageFormat images => FormattableString.Invariant(
            $"the pixel in row {dimension / images.Width % images.Height}, column {dimension % images.Width}"),
        _ => FormattableString.Invariant($"{format.Element} {dimension}"),
    };
}
