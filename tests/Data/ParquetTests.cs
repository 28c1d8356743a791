using System.Text;
using Parquet;
using Parquet.Schema;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ParquetTests
{
    private static readonly DataField[] Fields =
    [
        new DataField<double>("size"), new DataField<int?>("count"), new DataField<string>("city"), new DataField<bool>("open"),
        new DataField<string>("class"), new DataField<DateTime>("when"), new DataField<decimal>("price"),
    ];

    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task A_file_is_what_the_same_table_is_as_text()
    {
        await Write(groups: 3, rows: 50);
        var options = new DataOptions { Ignore = "when", Missing = MissingValues.Indicator };
        var fit = new DataFit { Options = options };
        DataSplit binary = DataSource.Load(folder["t.parquet"], 1, 1, fit);
        string text = "size,count,city,open,class,when,price\n"
            + string.Join('\n', Enumerable.Range(0, 150).Select(i => FormattableString.Invariant(
            $"{Size(i)},{Count(i)},{City(i)},{(Open(i) ? "true" : "false")},{Class(i)},x,{Price(i)}")));
        DataSplit textual = DataSource.Load(folder.Put("t.csv", Encoding.UTF8.GetBytes(text)), 1, 1, fit);
        var (found, expected) = ((TableFormat)binary.Format, (TableFormat)textual.Format);
        Assert.Multiple(() =>
        {
            Assert.That(found.Columns, Is.EqualTo(expected.Columns));
            Assert.That(found.Columns.Select(column => column.Name), Is.EqualTo(new[] { "size", "count", "price", "count is missing" }));
            Assert.That(found.Categorical, Is.EqualTo(expected.Categorical));
            Assert.That(found.Categories, Is.EqualTo(new[] { 4, 2 }), "three cities and none; open or not");
            Assert.That(binary.Train.Values, Is.EqualTo(textual.Train.Values));
            Assert.That(binary.Test.Values, Is.EqualTo(textual.Test.Values));
            Assert.That(binary.Test.Labels, Is.EqualTo(textual.Test.Labels));
            Assert.That(binary.Train.LabelNames, Is.EqualTo(new[] { "even", "odd" }));
            Assert.That(binary.Notes.Select(note => note.Replace(".parquet", ".csv")), Is.EqualTo(textual.Notes));
        });
    }

    [Test]
    public async Task Numbers_are_codes_where_that_is_said()
    {
        await Write(groups: 1, rows: 70);
        var data = DataSource.Load(folder["t.parquet"], 1, 1, new DataFit
        {
            Options = new DataOptions { Columns = "size,count", Categorical = "count", Missing = MissingValues.Indicator },
        });
        Assert.That(((TableFormat)data.Format).Categorical.Single().Categories, Is.EqualTo(new[] { "", "1", "2", "3", "4" }));
    }

    [Test]
    public async Task Faults_are_named_with_row_and_column()
    {
        await Write(groups: 2, rows: 20);
        Assert.That(
            () => Load(new DataOptions()), Throws.TypeOf<DataException>().With.Message.Contains("\"when\" holds values of type DateTime"));
        Assert.That(
            () => Load(new DataOptions { Ignore = "when" }),
            Throws.TypeOf<DataException>().With.Message.Contains("row 0: the value of \"count\" is missing"));
        byte[] whole = File.ReadAllBytes(folder["t.parquet"]);
        folder.Put("t.parquet", whole[..^9]);
        Assert.That(() => Load(new DataOptions()), Throws.TypeOf<DataException>().With.Message.Contains("damaged .parquet file"));
        folder.Put("t.parquet", "a,b\n1,2\n"u8.ToArray());
        Assert.That(() => Load(new DataOptions()), Throws.TypeOf<DataException>().With.Message.Contains("damaged .parquet file"));
        for (var i = 4; i < 200; i++)
            whole[i] ^= 0x55;
        folder.Put("t.parquet", whole);
        Assert.That(() => Load(new DataOptions { Columns = "size" }), Throws.TypeOf<DataException>().With.Message.Contains("t.parquet"));
    }

    [Test]
    public async Task Text_is_trimmed()
    {
        DataField[] fields = [new DataField<string>("city"), new DataField<string>("size"), new DataField<string>("class")];
        await using (var stream = File.Create(folder["t.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
            using var group = writer.CreateRowGroup();
            string[] all = [.. Enumerable.Range(0, 70).Select(i => i % 2 == 0 ? "7" : " 8 ")];
            foreach (var field in fields)
                await group.WriteAsync(field, field.Name == "size" ? [.. all.Select((text, i) => $" {i}")] : all);
        }
        var data = Load(new DataOptions { Categorical = "city" });
        Assert.That(((TableFormat)data.Format).Categorical.Single().Categories, Is.EqualTo(new[] { "7", "8" }));
        Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "7", "8" }));
    }

    [TestCase(0x15, 0x17, "a field of type Double where the format has another",
        TestName = "A_number_that_is_said_to_be_a_double_is_refused")]
    [TestCase(0x15, 0x1C, "a field of type Struct where the format has another",
        TestName = "A_number_that_is_said_to_be_a_structure_is_refused")]
    public async Task Metadata_of_other_types_than_those_of_the_format_is_refused(byte head, byte other, string words)
    {
        await Write(groups: 1, rows: 20);
        byte[] file = File.ReadAllBytes(folder["t.parquet"]);
        int footer = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8);
        Assert.That(file[footer], Is.EqualTo(head), "the version, a number");
        file[footer] = other;
        folder.Put("t.parquet", file);
        Assert.That(() => Load(new DataOptions()), Throws.TypeOf<DataException>().With.Message.Contains(words));
    }

    [Test]
    public async Task A_column_that_claims_more_values_than_its_pages_hold_is_refused()
    {
        DataField[] fields = [new DataField<double>("size"), new DataField<double>("weight")];
        await using (var stream = File.Create(folder["t.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
            using var group = writer.CreateRowGroup();
            foreach (var field in fields)
                await group.WriteAsync<double>(field, Enumerable.Range(0, 50).Select(Size).ToArray());
        }
        byte[] file = File.ReadAllBytes(folder["t.parquet"]);
        // 50 rows as numbers of 64 bits are 51 then, in the metadata alone.
        for (int at = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8); at < file.Length - 8; at++)
            file[at] += file[at] == 2 * 50 && file[at - 1] == 0x16 ? (byte)2 : (byte)0;
        folder.Put("t.parquet", file);
        Assert.That(() => Load(new DataOptions()), Throws.TypeOf<DataException>().With.Message.Contains("fewer values than it claims"));
    }

    private static double Size(int i) => 1_700_000_000 + i * 0.25;

    private static int? Count(int i) => i % 5 == 0 ? null : i % 5;

    private static string? City(int i) => (i % 4) switch { 0 => "Bern", 1 => "Lyon", 2 => "Oslo", _ => null };

    private static bool Open(int i) => i % 3 == 0;

    private static string Class(int i) => i % 2 == 0 ? "even" : "odd";

    private static decimal Price(int i) => i * i / 8m;

    private DataSplit Load(DataOptions options) => DataSource.Load(folder["t.parquet"], 1, 1, new DataFit { Options = options });

    private async Task Write(int groups, int rows)
    {
        await using var stream = File.Create(folder["t.parquet"]);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(Fields), stream);
        for (var number = 0; number < groups; number++)
        {
            int[] all = [.. Enumerable.Range(number * rows, rows)];
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<double>(Fields[0], Array.ConvertAll(all, Size));
            await group.WriteAsync<int>(Fields[1], Array.ConvertAll(all, Count));
            await group.WriteAsync(Fields[2], Array.ConvertAll(all, City)!);
            await group.WriteAsync<bool>(Fields[3], Array.ConvertAll(all, Open));
            await group.WriteAsync(Fields[4], Array.ConvertAll(all, Class));
            await group.WriteAsync<DateTime>(Fields[5], Array.ConvertAll(all, i => new DateTime(2026, 1, 1).AddDays(i)));
            await group.WriteAsync<decimal>(Fields[6], Array.ConvertAll(all, Price));
        }
    }
}
