using System.Buffers.Binary;
using Parquet.Meta;

namespace VaeGpu.Training.Data;

/// <summary>
/// Looks through the metadata and the page headers of a Parquet file before the library reads it: on those that claim more than there is,
/// the library may go on without end or take gigabytes.
/// </summary>
/// <remarks>https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift</remarks>
internal static class ParquetFooter
{
    private const int TrailerBytes = 8, LongestPageHeader = 1 << 16;

    /// <summary>A page of more bytes than <see cref="SmallPage"/> unpacks to so many for each of its packed bytes at most.</summary>
    private const long MostUnpacked = 1 << 10;

    private const long SmallPage = 1 << 22;

    // The numbers of fields: of FileMetaData and what leads to the columns of row groups, and of PageHeader.
    private const int Schema = 2, Children = 5, Groups = 4, Columns = 1, TotalSize = 2, Rows = 3, Metadata = 3;
    private const int PhysicalType = 1, Codec = 4, Values = 5, PackedSize = 7, DataOffset = 9, IndexOffset = 10, DictionaryOffset = 11;
    private const int PageUnpacked = 2, PagePacked = 3, DataPage = 5, DictionaryPage = 7, DataPage2 = 8;
    private const int DefinitionBytes = 5, RepetitionBytes = 6;
    private const int Snappy = 1;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Checks the metadata and the headers of all pages.</summary>
    /// <exception cref="InvalidDataException">They cannot be those of a file of this length.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Check(Stream file)
    {
        var trailer = new byte[TrailerBytes];
        if (file.Length < Magic.Length + TrailerBytes)
            throw new InvalidDataException("it is cut short");
        file.Seek(-TrailerBytes, SeekOrigin.End);
        file.ReadExactly(trailer);
        int length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (!trailer.AsSpan(4).SequenceEqual(Magic) || length <= 0 || length > file.Length - TrailerBytes)
            throw new InvalidDataException("its metadata is cut short");
        var footer = new byte[length];
        file.Seek(-TrailerBytes - length, SeekOrigin.End);
        file.ReadExactly(footer);
        foreach (var chunk in Chunks(footer))
            CheckPages(file, chunk);
        file.Position = 0;
    }

    /// <summary>Where the pages of a column end, as the library takes its fields.</summary>
    public static long End(ColumnMetaData column)
    {
        long[] starts = [column.DataPageOffset, column.IndexPageOffset ?? 0, column.DictionaryPageOffset ?? 0];
        return starts.Where(start => start > 0).Min() + column.TotalCompressedSize;
    }

    /// <summary>The columns of the row groups.</summary>
    private static List<Chunk> Chunks(byte[] footer)
    {
        var chunks = new List<Chunk>();
        var chunk = new Chunk();
        long columns = 0, groups = 0, sizes = 0;
        var walk = new ThriftWalk(footer, (path, value) =>
        {
            if (path is [Schema, Children] && (value < 0 || value > footer.Length))
                throw new InvalidDataException($"a column claims {value} columns of its own");
            groups += path is [Groups, Rows] ? 1 : 0;
            sizes += path is [Groups, TotalSize] ? 1 : 0;
            if (path is not [Groups, Columns, Metadata, var field])
                return;
            columns += field == PhysicalType ? 1 : 0;
            chunk = field switch
            {
                PhysicalType => new Chunk(),
                Codec => chunk with { Codec = value },
                Values => chunk with { Values = value },
                PackedSize => chunk with { Size = value },
                DataOffset => chunk with { First = value },
                _ => chunk,
            };
            if (field == DataOffset)
                chunks.Add(chunk);
            if (field is IndexOffset or DictionaryOffset && chunks.Count > 0 && value > 0)
                chunks[^1] = chunks[^1] with { First = Math.Min(value, chunks[^1].First) };
        });
        walk.Struct(ParquetLayout.File);
        return chunks.Count == columns && groups == sizes
            ? chunks
            : throw new InvalidDataException("a row group lacks a column, its size or its rows");
    }

    private static void CheckPages(Stream file, Chunk chunk)
    {
        if (chunk.First <= 0 || chunk.Size < 0 || chunk.First > file.Length - chunk.Size)
            throw new InvalidDataException("a column lies beyond its end");
        var header = new byte[LongestPageHeader];
        for (long at = chunk.First, end = chunk.First + chunk.Size; at < end;)
        {
            file.Position = at;
            int read = file.ReadAtLeast(header, (int)Math.Min(header.Length, end - at), throwOnEndOfStream: false);
            var page = new Page();
            var walk = new ThriftWalk(header.AsSpan(0, read), (path, value) => page = path switch
            {
                [PageUnpacked] => page with { Unpacked = value },
                [PagePacked] => page with { Packed = value },
                [DataPage or DictionaryPage or DataPage2, 1] => page with { Values = value },
                [DataPage2, DefinitionBytes or RepetitionBytes] => page with { Levels = page.Levels + value },
                _ => page,
            });
            walk.Struct(ParquetLayout.Page);
            ThrowIfImpossible(page, chunk, header.AsSpan(walk.Position, read - walk.Position));
            at += walk.Position + page.Packed;
            // Not the end of the column: early versions of parquet-mr do not count the header of the dictionary.
            if (at > file.Length)
                throw new InvalidDataException("a page goes on after the end of the file");
        }
    }

    private static void ThrowIfImpossible(Page page, Chunk chunk, ReadOnlySpan<byte> content)
    {
        if (page.Packed < 0 || page.Levels < 0 || page.Levels > page.Packed || page.Unpacked < 0
            || page.Unpacked > Math.Max(SmallPage, page.Packed * MostUnpacked))
        {
            throw new InvalidDataException($"a page claims to unpack {page.Packed} bytes to {page.Unpacked}");
        }
        if (page.Values < 0 || page.Values > chunk.Values)
            throw new InvalidDataException($"a page claims {page.Values} of the {chunk.Values} values of its column");
        if (chunk.Codec != Snappy || page.Packed == page.Levels || page.Levels >= content.Length)
            return;
        // Snappy's bytes begin with the unpacked size.
        long claimed = ThriftWalk.ReadVarint(content[(int)page.Levels..]);
        if (claimed != page.Unpacked - page.Levels)
            throw new InvalidDataException($"a page of {page.Unpacked} bytes claims {claimed} in its content");
    }

    /// <summary>A column of a row group: its bytes, compression and values.</summary>
    private readonly record struct Chunk(long First, long Size, long Codec, long Values);

    /// <summary>A page: its bytes packed and unpacked, those of its levels, and its values.</summary>
    private readonly record struct Page(long Packed, long Unpacked, long Levels, long Values);
}
