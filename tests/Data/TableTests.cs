using System.Text;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TableTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Columns_are_standardized_over_the_part_to_train_on_and_classes_are_read()
    {
        using var comma = new CommaCulture();
        var rows = Enumerable.Range(0, 70).Select(i => FormattableString.Invariant($"{i * 0.5},\"{(i % 2 == 0 ? "even" : "odd")}\",7"));
        Put("a.csv", "size,Class,\"always, 7\"\n" + string.Join('\n', rows) + "\n");
        var data = DataSource.Load(
            folder["a.csv"], seed: 3, threads: 1, new DataFit { Options = new DataOptions { ConstantColumns = ConstantColumns.Keep } });
        var sizes = data.Train.Values.Where((_, i) => i % 2 == 0).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That((data.Train.Count, data.Test.Count, data.Format.Width), Is.EqualTo((60, 10, 2)));
            Assert.That(sizes.Average(), Is.EqualTo(0).Within(1e-6));
            Assert.That(sizes.Average(size => size * size), Is.EqualTo(1).Within(1e-5));
            Assert.That(data.Columns.Select(column => column.Name), Is.EqualTo(new[] { "size", "always, 7" }));
            Assert.That(data.Test.Values.Where((_, i) => i % 2 == 1), Is.All.Zero);
            Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "even", "odd" }));
            for (var i = 0; i < data.Test.Count; i++)
            {
                var row = (int)Math.Round(2 * (data.Test.Values[2 * i] * data.Columns[0].Deviation + data.Columns[0].Mean));
                Assert.That(data.Test.Labels![i], Is.EqualTo(row % 2));
            }
        });
    }

    [Test]
    public void Quoted_cells_may_have_quotes_and_several_lines()
    {
        Put("a.csv", "\uFEFF\"a \"\"b\"\"\",\"two\r\nlines\"\r\n1,2\r\n\r\n\" 3 \",4\r\n5,6");
        var data = DataSource.Load(folder["a.csv"], 1, 1);
        Assert.That(data.Columns.Select(column => column.Name), Is.EqualTo(new[] { "a \"b\"", "two\r\nlines" }));
        Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(3));
        Put("b.csv", "a,\"two\nlines\"\n1,2\n3,x\n");
        Assert.That(() => DataSource.Load(folder["b.csv"], 1, 1), Throws.TypeOf<DataException>().With.Message.Contains("line 4: \"x\""));
    }

    [Test]
    public void Other_data_is_scaled_as_the_models_was()
    {
        Put("a.csv", "1,2\n3,4\n5,6");
        var fit = new DataFit { Format = new TableFormat([new ColumnScale("column 1", 1, 2), new ColumnScale("column 2", 0, 1)]) };
        var data = DataSource.Load(folder["a.csv"], 1, 1, fit);
        Assert.That(data.Train.Values.Concat(data.Test.Values).Order(), Is.EqualTo(new float[] { 0, 1, 2, 2, 4, 6 }));
        Assert.That(
            () => DataSource.Load(folder["a.csv"], 1, 1, new DataFit { Format = new TableFormat([new ColumnScale("x", 0, 1)]) }),
            Throws.TypeOf<DataException>().With.Message.Contains("different columns"));
    }

    [TestCase("a,b\n1,2\n3,NA\n", "line 3: the value of \"b\" is missing")]
    [TestCase("a,b\n1,\n", "line 2: the value of \"b\" is missing")]
    [TestCase("a,b\n1,2\n3,x\n", "line 3: \"x\" in column \"b\" is not a number; write numbers such as -1.5 or 2e3, give --categorical")]
    [TestCase("a,b\n1,2,3\n", "line 2 has 3 cells")]
    [TestCase("a,b\n1,1e300\n", "line 2: \"1E+300\" in column \"b\" is beyond what a float32 holds")]
    [TestCase("a\n1\n0123456789012345678901234567890123456789x\n", "line 3: \"0123456789012345678901234567890123456789…\" in")]
    [TestCase("a,b\n1,-1e400\n", "line 2: a value in column \"b\" is beyond what a float32 holds")]
    [TestCase("a\n1\n\n3\n", "line 3: the value of \"a\" is missing")]
    [TestCase("a\tb\n1\t2\n\t\n3\t4\n", "line 3: the value of \"a\" is missing")]
    [TestCase("a,class\n1,x\n2,\n", "line 3: the value of \"class\" is missing")]
    [TestCase("a,b\n", "no rows")]
    [TestCase("", "is empty")]
    [TestCase("\n  \n\n", "is empty")]
    [TestCase("1,2\n", "at least two are needed")]
    [TestCase("a;b\n1,5;2\n", "line 2: \"1,5\" in column \"a\" is not a number; write numbers such as -1.5 or 2e3, or leave")]
    [TestCase("a,b\n\"1\"5,2\n", "line 2: the cell in column \"a\" has text behind its closing quote")]
    [TestCase("a,b\n1,5\" disk\n", "line 2: the cell in column \"b\" has a quote inside")]
    [TestCase("a,b\n1,2\0\0\n", "line 2: the cell in column \"b\" has a NUL byte")]
    [TestCase("a,b\n1,2\n3,\"5\n", "line 3: the cell in column \"b\" opens a quote that is not closed")]
    [TestCase("a,b,a\n1,2,3\n", "2 columns called \"a\"")]
    [TestCase("a,class,Label\n1,2,3\n", "\"class\" and \"Label\"; say which holds the classes with --label-column")]
    [TestCase("a,b\n1,3.5\n2,3.5\n4,3.5\n", "the same in \"b\"")]
    [TestCase("a,b\n1,0.1\n2,0.1\n4,0.1\n", "the same in \"b\"")]
    public void Faults_are_named_with_line_and_column(string text, string words)
    {
        Put("my table.csv", text);
        Assert.That(
            () => DataSource.Load(folder["my table.csv"], 1, 1),
            Throws.TypeOf<DataException>().With.Message.Contains(words).And.Message.Contains("my table"));
    }

    [Test]
    public void Arrays_of_floats_are_tables_and_of_bytes_images()
    {
        NpyFile.Write(folder["t.npy"], [1, 2, 3, 4, 5, 6, 7, 8], 4, 2);
        Assert.That(DataSource.Load(folder["t.npy"], 1, 1).Train.Values, Has.Length.EqualTo(6));
        NpyFile.Write(folder["n.npy"], [1, float.NaN, 3, 4], 2, 2);
        Assert.That(
            () => DataSource.Load(folder["n.npy"], 1, 1), Throws.TypeOf<DataException>().With.Message.Contains("row 0, column 1"));
        var header = Encoding.ASCII.GetBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2, 3), }\n");
        folder.Put("c.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
        var color = DataSource.Load(folder["c.npy"], 1, 1).Test;
        Assert.That(color.Format, Is.EqualTo(new ImageFormat(2, 1, 3)));
        Assert.That(color.Pixels, Is.EqualTo(new byte[] { 1, 4, 2, 5, 3, 6 }));
    }

    [Test]
    public void Lines_become_symbols_filled_up_with_blanks()
    {
        Put("l.txt", "ab\nb a\n\nb");
        var data = DataSource.Load(folder["l.txt"], 1, 1);
        Assert.That(data.Alphabet, Is.EqualTo(" ab"));
        Assert.That((data.Train.Count + data.Test.Count, data.Format.Width), Is.EqualTo((3, 3)));
        var lines = data.Train.Symbols.Concat(data.Test.Symbols).Chunk(3)
            .Select(line => string.Concat(line.Select(symbol => data.Alphabet[symbol])));
        Assert.That(lines, Is.EquivalentTo(new[] { "ab ", "b a", "b  " }));
        Put("e.txt", "\n  \n");
        Assert.That(
            () => DataSource.Load(folder["e.txt"], 1, 1, new DataFit { Format = new TextFormat(" a", 3), Whole = true }),
            Throws.TypeOf<DataException>().With.Message.Contains("no text"));
        Assert.That(
            () => DataSource.Load(folder["l.txt"], 1, 1, new DataFit { Format = new TextFormat(" a", 3) }),
            Throws.TypeOf<DataException>().With.Message.Contains("line 1, column 2"));
    }

    [Test]
    public void A_file_of_another_format_is_refused() =>
        Assert.That(
            () => DataSource.Load(folder.Put("a.xlsx", [1]), 1, 1),
                Throws.TypeOf<DataException>().With.Message.Contains(".csv, .parquet, .npy, .npz and .txt"));

    private void Put(string name, string text) => folder.Put(name, Encoding.UTF8.GetBytes(text));
}
