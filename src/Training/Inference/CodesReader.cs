using System.Runtime.InteropServices;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Inference;

/// <summary>Latent vectors to be decoded.</summary>
/// <param name="Values">z, shape (count, d).</param>
/// <param name="Classes">What the file calls the class of each; null where it has none.</param>
public sealed record LatentVectors(float[] Values, string[]? Classes);

/// <summary>
/// Reads latent vectors from a file: .npy of shape (count, d), or (count, 2d) as <see cref="CodesFile"/> writes it, whose μ are taken; or
/// .csv whose columns are those that <see cref="CodesFile"/> writes, or d columns of numbers, and optionally a column "class".
/// </summary>
public static class CodesReader
{
    /// <summary>Reads the latent vectors of a model of <paramref name="latent"/> latent dimensions.</summary>
    /// <exception cref="DataException">The file cannot be read, or does not hold such vectors.</exception>
    public static LatentVectors Read(string path, int latent) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" => new(OfArray(path, latent), null),
        ".csv" => TextFile.Guarded(path, () => OfTable(path, latent)),
        _ => throw new DataException($"{path} has a format that is not supported; latent vectors are read from .npy and .csv files."),
    };

    private static float[] OfArray(string path, int latent)
    {
        var array = NpyFile.Read(path);
        if (array.Numbers is not { } numbers || array.Shape is not [var count, var columns] || (columns != latent && columns != 2 * latent))
        {
            throw new DataException(
                $"{path} has the shape ({string.Join(", ", array.Shape)}); floats of the shape (count, {latent}), or (count, "
                + $"{2 * latent}) as \"vaegpu encode\" writes them, were expected.");
        }
        var values = new float[count * latent];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)numbers[i / latent * columns + i % latent];
            if (!float.IsFinite(values[i]))
                throw new DataException($"{path}: the value of row {i / latent}, column {i % latent} is not a finite number; correct it.");
        }
        return values;
    }

    private static LatentVectors OfTable(string path, int latent)
    {
        string[] means = [.. Enumerable.Range(0, latent).Select(i => string.Create(CultureInfo.InvariantCulture, $"mu_{i}"))];
        var table = new CsvTable(path, new DataFit(), []);
        if (table.Columns.Names.Contains(means[0]))
            table = new CsvTable(path, new DataFit { Options = new DataOptions { Columns = string.Join(',', means) } }, []);
        if (table.Columns.Used.Length != latent)
        {
            throw new DataException($"{path} has {table.Columns.Used.Length} columns; {latent} columns of numbers, or those that "
                + "\"vaegpu encode\" writes, were expected.");
        }
        var (values, classes) = (new List<float>(), new List<string>());
        foreach (var block in table.Blocks())
        {
            for (var row = 0; row < block.Count; row++)
            {
                foreach (double number in block.Numbers.AsSpan(row * latent, latent))
                {
                    values.Add(float.IsFinite((float)number)
                        ? (float)number
                        : throw new DataException(
                            $"{table.InWords(block.Places[row])} has a value that is not a finite number; correct it."));
                }
                if (block.Classes[row] is { } name)
                    classes.Add(name);
            }
        }
        if (values.Count == 0)
            throw new DataException($"{path} has no rows of data.");
        return new([.. CollectionsMarshal.AsSpan(values)], table.Columns.Class is null ? null : [.. classes]);
    }
}
