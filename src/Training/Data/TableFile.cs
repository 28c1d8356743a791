using VaeGpu.Gpu.Runtime.Cpu;

namespace VaeGpu.Training.Data;

/// <summary>
/// Tables of files. Columns of numbers are standardized to mean 0 and deviation 1 over the part that is trained on, and categories are
/// numbered; or both as a model's data was. An example is its numbers, and then its codes.
/// </summary>
internal static class TableFile
{
    /// <summary>Categories that a message lists.</summary>
    private const int MostListed = 20;

    /// <summary>Reads a table three times: for what it holds, for the scales, and for the examples.</summary>
    /// <exception cref="DataException">It cannot be used.</exception>
    public static DataSplit Load(TableSource source, DataFit fit, ulong seed, List<string> notes)
    {
        var survey = new TableSurvey(source, fit, notes);
        string name = Path.GetFileNameWithoutExtension(source.Path);
        var (train, test) = SeededSplit.Rows(name, survey.Rows, seed, fit.Whole);
        var targets = new int[survey.Rows];
        foreach (var (target, row) in train.Concat(test).Index())
            targets[row] = target;
        var format = fit.Format as TableFormat ?? TableScales.Of(source, survey, row => targets[row] < train.Length, fit.Options, notes);
        survey.TellOfWords(format, notes);
        var columns = new ScaledColumns(source, survey, format, fit.Options);
        var places = new int[survey.Rows];
        float[] trainValues = Room(train.Length), testValues = Room(test.Length);
        foreach (var (first, block) in survey.Again())
        {
            block.Places.AsSpan(0, block.Count).CopyTo(places.AsSpan(first));
            for (var row = 0; row < block.Count; row++)
            {
                int target = targets[first + row];
                var (values, at) = target < train.Length ? (trainValues, target) : (testValues, target - train.Length);
                columns.Write(block, row, values.AsSpan(at * format.Size, format.Size));
            }
        }
        var sources = source.Sources(places);
        return new DataSplit(name, Part(trainValues, train), Part(testValues, test)) { IsSeeded = true, Notes = notes };

        float[] Room(int rows)
        {
            ThrowIfNoRoom(source.Path, rows, format.Size, sizeof(float));
            return new float[rows * format.Size];
        }

        TableSet Part(float[] values, int[] rows)
        {
            byte[]? labels = survey.Labels is { } all ? Array.ConvertAll(rows, row => all[row]) : null;
            return new(values, labels, format) { LabelNames = survey.LabelNames, Sources = sources.Select(rows) };
        }
    }

    /// <summary>Refuses numbers of so many bytes each that do not fit in the memory that there is, or in one array.</summary>
    /// <exception cref="DataException">They do not fit; the message says what they need.</exception>
    internal static void ThrowIfNoRoom(string path, long rows, long columns, int bytes, long? memory = null)
    {
        long count = rows * columns, available = memory ?? HostMemory.Available;
        string? fault = count * bytes > available
            ? FormattableString.Invariant($"need {count * bytes / 1e9:N2} GB of memory, and {available / 1e9:N2} GB are available")
            : count > Array.MaxLength ? "do not fit in one array" : null;
        if (fault is not null)
            throw new DataException($"{path}: {rows} rows of {columns} columns {fault}; use fewer rows, or leave columns out with "
                + "--ignore.");
    }

    /// <summary>The columns of a format, found in a table.</summary>
    private sealed class ScaledColumns
    {
        private readonly TableSource source;
        private readonly TableFormat format;
        private readonly bool singlePrecision;
        private readonly NumericColumn[] numeric;
        private readonly ColumnScale[] scales;
        private readonly int[] words;
        private readonly int[] missing;
        private readonly Dictionary<string, int>[] codes;

        public ScaledColumns(TableSource source, TableSurvey survey, TableFormat format, DataOptions options)
        {
            (this.source, this.format, singlePrecision) = (source, format, options.SinglePrecision);
            string[] wanted = [.. format.Columns.Select(scale => scale.Name), .. format.Categorical.Select(column => column.Name)];
            string[] found = [.. survey.Numeric.Select(column => column.Name), .. survey.Words.Select(column => column.Name)];
            bool hasOthers = found.Except(wanted).Any() && options.ConstantColumns is not ConstantColumns.Drop;
            if (hasOthers || wanted.Except(found).Any())
                throw new DataException($"{source.Path} has different columns ({string.Join(", ", found)}) than the model was trained "
                    + $"on ({string.Join(", ", wanted)}).");
            scales = [.. format.Columns];
            numeric = [.. scales.Select(scale => survey.Numeric.Single(column => column.Name == scale.Name))];
            words = [.. format.Categorical.Select(column => survey.Words.Single(other => other.Name == column.Name).Column)];
            codes = [.. format.Categorical.Select(column => column.Categories.Index().ToDictionary(one => one.Item, one => one.Index))];
            missing = [.. format.Categorical.Select((column, i) => codes[i].GetValueOrDefault(ColumnCategories.Missing, column.Mode))];
        }

        /// <summary>Writes a row as an example.</summary>
        /// <exception cref="DataException">The model was not trained on a category.</exception>
        public void Write(TableBlock block, int row, Span<float> example)
        {
            int at = row * source.Columns.Used.Length;
            for (var i = 0; i < numeric.Length; i++)
            {
                var scale = scales[i];
                double value = numeric[i].Of(block, at);
                value = double.IsNaN(value) ? scale.Mean : singlePrecision ? (float)value : value;
                example[i] = (float)((value - scale.Mean) / scale.Deviation);
            }
            for (var i = 0; i < words.Length; i++)
            {
                string? word = block.Words[at + words[i]];
                example[numeric.Length + i] = word is null ? missing[i]
                    : codes[i].TryGetValue(word, out int code) ? code
                    : throw Unknown(block.Places[row], word, format.Categorical[i]);
            }
        }

        private DataException Unknown(int place, string word, ColumnCategories column) => new(
            $"{source.InWords(place)}: the model was not trained on the category \"{Text.Shortened(word)}\" of column "
                + $"\"{column.Name}\"; its categories are "
            + $"{string.Join(", ", column.Categories.Take(MostListed))}{(column.Categories.Count > MostListed ? ", …" : "")}.");
    }
}
