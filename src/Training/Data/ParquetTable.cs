using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Schema;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// A table in a file of Apache Parquet. Numbers are numbers, booleans are the words "true" and "false", and text is read as the cells of a
/// .csv file are. A row group is in memory at a time.
/// </summary>
internal sealed class ParquetTable : TableSource
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, bool, Values>> Readers = new()
    {
        [typeof(double)] = Numbers<double>, [typeof(float)] = Numbers<float>, [typeof(decimal)] = Numbers<decimal>,
        [typeof(long)] = Numbers<long>, [typeof(ulong)] = Numbers<ulong>, [typeof(int)] = Numbers<int>, [typeof(uint)] = Numbers<uint>,
        [typeof(short)] = Numbers<short>, [typeof(ushort)] = Numbers<ushort>, [typeof(sbyte)] = Numbers<sbyte>,
        [typeof(byte)] = Numbers<byte>, [typeof(bool)] = Booleans, [typeof(string)] = Strings, [typeof(ReadOnlyMemory<char>)] = Strings,
    };

    /// <summary>A group of more rows than <see cref="SmallGroup"/> has so many for each byte of the file at most.</summary>
    private const long MostRowsOfByte = 1 << 10;

    private const long SmallGroup = 1 << 20;

    /// <summary>Reads the names and types of the columns of <paramref name="path"/>.</summary>
    /// <exception cref="DataException">The file cannot be read, or the columns are not those that were asked for.</exception>
    public ParquetTable(string path, DataFit fit)
    {
        Path = path;
        using var file = Open();
        DataField[] fields = Guarded(() => file.Reader.Schema.GetDataFields());
        Columns = TableColumns.Of(path, [.. fields.Select(field => field.Path.ToString())], fit);
        int[] read = [.. Columns.Used, .. Columns.Class is { } label ? (int[])[label] : []];
        if (read.Select(column => fields[column]).FirstOrDefault(IsUnknown) is { } other)
        {
            throw new DataException($"{path}: \"{other.Path}\" holds {Contents(other)}; write numbers or text, or leave the column out "
                + "with --ignore.");
        }
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override TableColumns Columns { get; }

    /// <inheritdoc/>
    public override IEnumerable<TableBlock> Blocks()
    {
        var block = new TableBlock(Columns.Used.Length, BlockRows);
        using var file = Open();
        DataField[] fields = Guarded(() => file.Reader.Schema.GetDataFields());
        int first = 0;
        for (var index = 0; index < file.Reader.RowGroupCount; index++)
        {
            var (rows, columns, classes) = Guarded(() => Group(file, index, fields));
            for (var row = 0; row < rows; row++)
            {
                Add(block, first + row, row, columns, classes);
                if (block.Count < BlockRows)
                    continue;
                yield return block;
                block.Count = 0;
            }
            first += rows;
        }
        yield return block;
    }

    private void Add(TableBlock block, int place, int row, Values[] columns, Values? classes)
    {
        int at = block.Count * columns.Length;
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Texts is { } texts)
                Put(block, at + i, texts[row].AsSpan().Trim(), Columns.AsWords[i]);
            else
                (block.Numbers[at + i], block.Words[at + i]) = (columns[i].Numbers![row], null);
        }
        block.Classes[block.Count] = classes is { Texts: { } names } ? Class(place, names[row]?.Trim() ?? "") : null;
        block.Places[block.Count++] = place;
    }

    private (int Rows, Values[] Columns, Values? Classes) Group(OpenFile file, int index, DataField[] fields)
    {
        using var group = file.Reader.OpenRowGroupReader(index);
        long bytes = new FileInfo(Path).Length;
        if (group.RowCount > Math.Max(SmallGroup, bytes * MostRowsOfByte))
            throw new InvalidDataException($"a row group claims {group.RowCount} rows in {bytes} bytes");
        TableFile.ThrowIfNoRoom(Path, group.RowCount, Columns.Used.Length, sizeof(double));
        Values[] columns = [.. Columns.Used.Select((column, i) => Read(column, Columns.AsWords[i]))];
        return (checked((int)group.RowCount), columns, Columns.Class is { } label ? Read(label, true) : null);

        Values Read(int column, bool asWords)
        {
            file.Pages.BeginColumn(ParquetFooter.End(group.GetMetadata(fields[column])!.MetaData!));
            return Readers[fields[column].ClrType](group, fields[column], asWords);
        }
    }

    private static string Contents(DataField field) => field.MaxRepetitionLevel > 0 ? "lists"
        : field.ClrType == typeof(ReadOnlyMemory<byte>) ? "bytes that are not marked as text"
        : $"values of type {field.ClrType.Name}";

    private static bool IsUnknown(DataField field) => field.MaxRepetitionLevel > 0 || !Readers.ContainsKey(field.ClrType);

    private static Values Numbers<T>(ParquetRowGroupReader group, DataField field, bool asWords) where T : struct, INumber<T>
    {
        var values = new T?[checked((int)group.RowCount)];
        Wait(group.ReadAsync<T>(field, values.AsMemory()));
        return asWords
            ? new(null, Array.ConvertAll(values, value => value?.ToString(null, CultureInfo.InvariantCulture)))
            : new(Array.ConvertAll(values, value => value is { } number ? double.CreateChecked(number) : double.NaN), null);
    }

    private static Values Booleans(ParquetRowGroupReader group, DataField field, bool asWords)
    {
        var values = new bool?[checked((int)group.RowCount)];
        Wait(group.ReadAsync<bool>(field, values.AsMemory()));
        return new(null, Array.ConvertAll(values, value => value is { } flag ? flag ? "true" : "false" : null));
    }

    private static Values Strings(ParquetRowGroupReader group, DataField field, bool asWords)
    {
        var values = new string?[checked((int)group.RowCount)];
        Wait(group.ReadAsync(field, values.AsMemory()));
        return new(null, values);
    }

    private static void Wait(ValueTask reading) => reading.AsTask().GetAwaiter().GetResult();

    private OpenFile Open()
    {
        var stream = DataFile.Read(Path, () => RegularFile.OpenRead(Path));
        try
        {
            return Guarded(() =>
            {
                ParquetFooter.Check(stream);
                var pages = new PageStream(stream);
                return new OpenFile(pages, ParquetReader.CreateAsync(pages).GetAwaiter().GetResult());
            });
        }
        catch (DataException)
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What <paramref name="read"/> reads. The library's exceptions on damaged files are of many types.</summary>
    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not (DataException or OutOfMemoryException))
        {
            throw new DataException($"{Path} is a damaged .parquet file, or an unsupported one ({error.Message.TrimEnd('.')}); write "
                + "it again.", error);
        }
    }

    /// <summary>The values of a column in a row group: numbers, NaN where one is missing; or text.</summary>
    private readonly record struct Values(double[]? Numbers, string?[]? Texts);

    private sealed class OpenFile(PageStream pages, ParquetReader reader) : IDisposable
    {
        public PageStream Pages => pages;

        public ParquetReader Reader => reader;

        public void Dispose()
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            pages.Dispose();
        }
    }
}
