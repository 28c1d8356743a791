using System.Globalization;
using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>How tables are read: numbers to the last bit, in little memory, and without faults that pass.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TableReadingTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Numbers_are_read_to_the_last_bit()
    {
        int seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] formats = ["R", "F0", "F3", "F9", "G6", "E4", "G17"];
        for (var i = 0; i < 200_000; i++)
        {
            double value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 20));
            string text = value.ToString(formats[i % formats.Length], CultureInfo.InvariantCulture);
            bool read = NumberText.TryParse(text, out double found);
            Assert.That(read && BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(
                double.Parse(text, CultureInfo.InvariantCulture)),
                $"{text} was read as {found:R}");
        }
    }

    [TestCase("0"), TestCase("-0"), TestCase("-0.0"), TestCase("007"), TestCase("1."), TestCase(".5"), TestCase("-.5"), TestCase("."),
        TestCase("-")]
    [TestCase(""), TestCase("-."), TestCase("1.2.3"), TestCase("--1"), TestCase("+1"), TestCase(" 1"), TestCase("1 "), TestCase("1e5"),
        TestCase("1e")]
    [TestCase("1,5"), TestCase("123456789012345"), TestCase("1234567890123456"), TestCase("12345678.9012345"),
        TestCase("0.000000000000001")]
    [TestCase("0.0000000000000001"), TestCase("999999999999999"), TestCase("9007199254740993"), TestCase("1e400"), TestCase("inf"),
        TestCase("Infinity")]
    [TestCase("NaN"), TestCase("0x10"), TestCase("1_0"), TestCase("١"), TestCase("1-2")]
    public void What_is_a_number_is_so_to_the_library(string text)
    {
        bool expected = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        Assert.That(NumberText.TryParse(text, out double found), Is.EqualTo(expected));
        Assert.That(BitConverter.DoubleToInt64Bits(found), Is.EqualTo(BitConverter.DoubleToInt64Bits(number)));
    }

    [Test]
    public void Reading_takes_little_more_memory_than_the_numbers()
    {
        const int rows = 100_000, columns = 20;
        var random = new Random(1);
        string path = folder["large.csv"];
        using (var file = new StreamWriter(path))
        {
            file.WriteLine(string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}")));
            for (var row = 0; row < rows; row++)
                file.WriteLine(string.Join(
                    ',', Enumerable.Range(0, columns).Select(_ => random.NextDouble().ToString("F6", CultureInfo.InvariantCulture))));
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        var data = DataSource.Load(path, 1, 1);
        double times = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(rows * columns * sizeof(float));
        TestContext.Out.WriteLine($"{times:F2} times the numbers");
        Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(rows));
        Assert.That(times, Is.LessThan(2.5));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_line_that_is_not_UTF_8_is_named(bool hasMark)
    {
        byte[] mark = hasMark ? [0xEF, 0xBB, 0xBF] : [];
        folder.Put("t.csv", [.. mark, .. "a,b\n1,2\n3,"u8, 0xE9, .. "\n5,6\n"u8]);
        Assert.That(
            () => DataSource.Load(folder["t.csv"], 1, 1), Throws.TypeOf<DataException>().With.Message.Contains("line 3 is not UTF-8"));
        folder.Put("t.csv", [.. mark, .. Encoding.UTF8.GetBytes("é,b\n1,2\n3,4\n5,7\n")]);
        Assert.That(DataSource.Load(folder["t.csv"], 1, 1).Columns[0].Name, Is.EqualTo("é"));
    }

    [Test]
    public void A_file_that_grows_while_it_is_read_is_refused()
    {
        var fit = new DataFit();
        var table = new GrowingTable(TableColumns.Of("t.csv", ["a"], fit));
        Assert.That(
            () => TableFile.Load(table, fit, 1, []),
            Throws.TypeOf<DataException>().With.Message.Contains("t.csv was changed while it was read"));
    }

    [TestCase("a,b\n1,2\n3,\"", 3)]
    [TestCase("\"", 1)]
    public void A_quote_that_a_large_file_does_not_close_is_named_with_its_line(string start, int line)
    {
        folder.Put("t.csv", Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat("5,6\n", (1 << 22) + 1))));
        Assert.That(
            () => DataSource.Load(folder["t.csv"], 1, 1),
            Throws.TypeOf<DataException>().With.Message.Contains($"t.csv, line {line}: the row that begins here is too long; check"));
    }

    [Test]
    public void Rows_of_many_blocks_stay_in_their_order()
    {
        const int rows = 10_000;
        folder.Put("t.csv", Encoding.UTF8.GetBytes("a,b\n" + string.Join('\n', Enumerable.Range(0, rows).Select(i => $"{i},w{i % 7}"))));
        var model = (TableFormat)DataSource.Load(folder["t.csv"], 1, 1).Format;
        var whole = DataSource.Load(folder["t.csv"], 1, 1, new DataFit { Format = model, Whole = true }).Test;
        for (var i = 0; i < rows; i++)
        {
            Assert.That(model.Columns[0].Restored(whole.Values[2 * i]), Is.EqualTo(i).Within(0.01));
            Assert.That(model.Categorical[0].Categories[(int)whole.Values[2 * i + 1]], Is.EqualTo($"w{i % 7}"));
        }
    }

    private sealed class GrowingTable(TableColumns columns) : TableSource
    {
        private int rows = 20;

        public override string Path => "t.csv";

        public override TableColumns Columns => columns;

        public override IEnumerable<TableBlock> Blocks()
        {
            var block = new TableBlock(1, 100) { Count = rows++ };
            for (var row = 0; row < block.Count; row++)
                block.Numbers[row] = row;
            yield return block;
        }
    }
}
