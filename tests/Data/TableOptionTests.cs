using System.Text;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;

namespace VaeGpu.Tests.Data;

/// <summary>Tables as people have them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TableOptionTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(1_700_000_000, 1.0, 34.6)]
    [TestCase(5_412_345, 1e-3, 0.0346)]
    public void Large_numbers_keep_their_digits(double start, double step, double deviation)
    {
        var data = Load(Rows(140, i => FormattableString.Invariant($"{start + i * step:R},{i % 7}"), "time,value"));
        float[] times = [.. data.Train.Values.Concat(data.Test.Values).Where((_, i) => i % 2 == 0)];
        Assert.Multiple(() =>
        {
            Assert.That(times.Distinct().Count(), Is.EqualTo(140));
            Assert.That(data.Columns[0].Deviation, Is.EqualTo(deviation * 140 / 120).Within(0.1 * deviation));
        });
    }

    [TestCase(';', "semicolons")]
    [TestCase('\t', "tabs")]
    public void The_separator_is_found_and_reported(char separator, string name)
    {
        var data = Load(Rows(7, i => $"{i}{separator}\"{i * i}\"", $"\"a,b,c\"{separator}d"));
        Assert.That(data.Columns.Select(column => column.Name), Is.EqualTo(new[] { "a,b,c", "d" }));
        Assert.That(data.Notes.Single(), Is.EqualTo($"cells are separated by {name}"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void UTF_16_is_read_by_its_mark(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        byte[] text = encoding.GetBytes(Rows(7, i => $"{i},{i * i}", "größe,b"));
        folder.Put("t.csv", [.. encoding.GetPreamble(), .. text]);
        var data = DataSource.Load(folder["t.csv"], 1, 1);
        Assert.That(data.Columns[0].Name, Is.EqualTo("größe"));
        Assert.That(data.Notes.Single(), Does.EndWith("t.csv was converted from UTF-16"));
        folder.Put("t.csv", text);
        Assert.That(() => DataSource.Load(folder["t.csv"], 1, 1), Throws.TypeOf<DataException>());
        folder.Put("t.csv", encoding.GetBytes(Rows(7, i => $"{i},{i * i}", "a,b")));
        Assert.That(() => DataSource.Load(folder["t.csv"], 1, 1), Throws.TypeOf<DataException>().With.Message.Contains("UTF-16"));
    }

    [Test]
    public void Constant_columns_are_dropped_or_kept_as_asked()
    {
        string text = Rows(7, i => $"{i},3.5,{i * i}", "a,b,c");
        var dropped = Load(text, new DataOptions { ConstantColumns = ConstantColumns.Drop });
        Assert.That(dropped.Columns.Select(column => column.Name), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(dropped.Notes.Single(), Does.Contain("left out: \"b\""));
        var other =
            Load(text, new DataFit { Format = dropped.Format, Options = new DataOptions { ConstantColumns = ConstantColumns.Drop } });
        Assert.That(other.Train.Values, Is.EqualTo(dropped.Train.Values));
        var kept = Load(text, new DataOptions { ConstantColumns = ConstantColumns.Keep });
        Assert.That(kept.Train.Values.Where((_, i) => i % 3 == 1), Is.All.Zero);
        Assert.That(kept.Notes.Single(), Does.Contain("\"b\""));
    }

    [Test]
    public void Columns_are_chosen_by_name()
    {
        string text = Rows(7, i => $"{i},x{i % 2},{i * i},{-i}", "a,kind,c,d");
        var options = new DataOptions { LabelColumn = "kind", Ignore = "d" };
        var data = Load(text, options);
        Assert.That(data.Columns.Select(column => column.Name), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "x0", "x1" }));
        Assert.That(data.Notes.Single(), Is.EqualTo("columns left out: d"));
        Assert.That(Load(text, options with { Ignore = null, Columns = "d, a" }).Columns.Select(column => column.Name),
            Is.EqualTo(new[] { "a", "d" }));
        Assert.That(() => Load(text, options with { Ignore = "e" }),
            Throws.TypeOf<DataException>().With.Message.Contains("--ignore").And.Message.Contains("\"e\""));
        Assert.That(
            () => Load(text, options with { LabelColumn = "e" }), Throws.TypeOf<DataException>().With.Message.Contains("--label-column"));
    }

    [Test]
    public void Missing_values_are_means_and_may_be_marked()
    {
        string text = Rows(70, i => $"{(i % 5 == 0 ? "NA" : $"{i}")},{i * i}", "a,b");
        Assert.That(() => Load(text), Throws.TypeOf<DataException>().With.Message.Contains(
            "line 2: the value of \"a\" is missing").And.Message.Contains("--missing"));
        var means = Load(text, new DataOptions { Missing = MissingValues.Mean });
        Assert.That(means.Train.Values.Concat(means.Test.Values).Where((_, i) => i % 2 == 0).Count(value => value == 0), Is.EqualTo(14));
        Assert.That(means.Notes.Single(), Does.StartWith("14 missing values"));
        var marked = Load(text, new DataOptions { Missing = MissingValues.Indicator });
        Assert.That(marked.Columns.Select(column => column.Name), Is.EqualTo(new[] { "a", "b", "a is missing" }));
        foreach (float[] row in marked.Train.Values.Chunk(3))
            Assert.That(row[0] == 0, Is.EqualTo(row[2] > 0));
    }

    [Test]
    public void A_column_of_the_table_is_not_taken_for_one_that_says_where_values_are_missing()
    {
        const string header = "x,x is missing";
        var options = new DataOptions { Missing = MissingValues.Indicator };
        Assert.That(
            () => Load(Rows(70, i => $"{(i == 3 ? "" : $"{i}")},{i % 7}", header), options),
            Throws.TypeOf<DataException>().With.Message.Contains("\"x is missing\"").And.Message.Contains("--ignore"));
        var format = (TableFormat)Load(Rows(70, i => $"{i},{i % 7}", header), options).Format;
        var other = Load(header + "\n,3\n", new DataFit { Options = options, Format = format, Whole = true });
        Assert.That(other.Test.Values[0], Is.Zero, "the mean");
        Assert.That(Written(format), Is.EqualTo(header));
        TableFormat earlier = new([.. format.Columns.Select(column => column with { SaysMissing = null })]);
        Assert.That(Written(earlier), Is.EqualTo("x"), "runs of earlier versions go by the name");

        string Written(TableFormat columns)
        {
            RowsFile.Write(folder["rows.csv"], columns, new float[columns.Size]);
            return File.ReadLines(folder["rows.csv"]).First();
        }
    }

    [Test]
    public void A_table_that_no_array_or_memory_holds_is_refused()
    {
        Assert.That(() => TableFile.ThrowIfNoRoom("t.csv", 1 << 28, 4, 8, memory: 1L << 33), Throws.Nothing);
        Assert.That(
            () => TableFile.ThrowIfNoRoom("t.csv", 1 << 29, 4, 4, memory: 1L << 40),
            Throws.TypeOf<DataException>().With.Message.StartsWith("t.csv: 536870912 rows of 4 columns do not fit"));
        Assert.That(
            () => TableFile.ThrowIfNoRoom("t.csv", 1 << 28, 4, 8, memory: 4_000_000_000),
            Throws.TypeOf<DataException>().With.Message.Contains("need 8.59 GB of memory, and 4.00 GB are available"));
    }

    [Test]
    public void Columns_that_a_model_dropped_may_hold_anything()
    {
        var options = new DataOptions { ConstantColumns = ConstantColumns.Drop };
        var format = Load(Rows(70, i => $"{i},7", "a,b"), options).Format;
        var other = Load("a,b\n1,x\n2,\n3,1e99\n", new DataFit { Options = options, Format = format, Whole = true });
        Assert.That((other.Test.Count, other.Notes.Single()), Is.EqualTo((3, "columns left out: b")));
    }

    [Test]
    public void A_column_with_missing_values_is_written_and_read_alone()
    {
        var options = new DataOptions { Missing = MissingValues.Indicator };
        var fit = new DataFit
        {
            Options = options, Whole = true,
            Format = new TableFormat([new("a", 0, 1), new("a is missing", 0, 1) { SaysMissing = true }]),
        };
        float[] rows = [1, 0, 0, 1, 3, 0];
        RowsFile.Write(folder["rows.csv"], (TableFormat)fit.Format, rows);
        Assert.That(File.ReadAllLines(folder["rows.csv"]), Is.EqualTo(new[] { "a", "1", "\"\"", "3" }));
        Assert.That(DataSource.Load(folder["rows.csv"], 1, 1, fit).Test.Values, Is.EqualTo(rows));
        Assert.That(Load("a\n1\n\n3\n", fit).Test.Values, Is.EqualTo(rows), "a blank line");
    }

    [Test]
    public void Columns_of_steps_have_names_that_no_column_of_the_table_has()
    {
        var format = new TableFormat([new("row", 0, 1), new("row_", 0, 1), new("a", 0, 1)]);
        RowsFile.Write(folder["rows.csv"], format, [1, 2, 3, 4, 5, 6], ["x", "y"], steps: 2);
        Assert.That(File.ReadAllLines(folder["rows.csv"]),
            Is.EqualTo(new[] { "row__,step,row,row_,a,class", "0,0,1,2,3,x", "0,1,4,5,6,y" }));
    }

    [TestCase("a\n1\n2\n3\n\n"), TestCase("a\n1\n2\n3\n \n\t\r\n"), TestCase("1\n2\n3\n\n"), TestCase("\n\na\n1\n2\n3")]
    public void Blank_lines_around_a_single_column_are_no_rows(string text)
    {
        var data = Load(text);
        Assert.That((data.Train.Count, data.Test.Count, data.Notes.Count), Is.EqualTo((2, 1, 0)));
    }

    [Test]
    public void Blank_lines_between_the_rows_of_a_single_column_are_missing_values()
    {
        Assert.That(
            () => Load("a\n1\n\n2\n"), Throws.TypeOf<DataException>().With.Message.Contains("line 3: the value of \"a\" is missing"));
        // More of them than a block has rows.
        string text = $"a\n1\n{new string('\n', 5000)}2\n\n";
        var fit =
            new DataFit { Whole = true, Format = new TableFormat([new("a", 0, 1)]), Options = new() { Missing = MissingValues.Mean } };
        var data = Load(text, fit);
        Assert.That(data.Test.Count, Is.EqualTo(5002));
        Assert.That(data.Test.Sources[5001], Is.EqualTo("5003"));
    }

    private static string Rows(int count, Func<int, string> row, string header) =>
        string.Join('\n', Enumerable.Range(0, count).Select(row).Prepend(header)) + "\n";

    private DataSplit Load(string text, DataOptions? options = null) => Load(text, new DataFit { Options = options ?? new DataOptions() });

    private DataSplit Load(string text, DataFit fit) => DataSource.Load(folder.Put("t.csv", Encoding.UTF8.GetBytes(text)), 1, 1, fit);
}
