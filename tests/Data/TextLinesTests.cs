using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TextLinesTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("a.txt")]
    [TestCase("a.csv")]
    public void What_is_not_UTF_8_is_refused_with_its_line(string name)
    {
        folder.Put(name, Encoding.Latin1.GetBytes("a,b\n1,2\n3,grün\n5,6\n"));
        Assert.That(
            () => DataSource.Load(folder[name], 1, 1),
            Throws.TypeOf<DataException>().With.Message.Contains($"{name}, line 3 is not UTF-8"));
    }

    [Test]
    public void A_mark_of_byte_order_is_no_symbol()
    {
        folder.Put("a.txt", [0xEF, 0xBB, 0xBF, .. "ab\r\nb\r\n"u8]);
        Assert.That(DataSource.Load(folder["a.txt"], 1, 1).Alphabet, Is.EqualTo(" ab"));
    }

    [Test]
    public void A_line_far_longer_than_the_others_is_cut_and_never_padded_to()
    {
        folder.Put("a.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("b\n", 20_000)) + new string('b', 60_000) + "\n"));
        // The first load brings what stays in memory.
        DataSource.Load(folder["a.txt"], 1, 1);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var data = DataSource.Load(folder["a.txt"], 1, 1);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.That(data.Format.Width, Is.EqualTo(1));
        Assert.That(data.Notes.Single(), Does.Contain("1 of 20,001 lines")
            .And.Contain("are cut to the 1 characters that 99 % of the lines do not exceed")
            .And.Contain("the first is line 20001, which has 60000"));
        Assert.That(allocated, Is.LessThan(30_000_000));
        var padded = new DataFit { Options = new DataOptions { Length = 60_000 } };
        before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(
            () => DataSource.Load(folder["a.txt"], 1, 1, padded), Throws.TypeOf<DataException>().With.Message.Contains("--length"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(30_000_000));
    }

    [TestCase(0, 4, "1 of 150 lines")]
    [TestCase(3, 3, "75 of 150 lines")]
    [TestCase(9, 9, null)]
    [TestCase(12, 12, null)]
    public void Lines_have_the_length_that_is_asked_for_or_that_99_percent_do_not_exceed(int asked, int length, string? cut)
    {
        // 75 lines of 2 characters, 74 of 4, one of 9; a character beyond 16 bits is one.
        string[] lines = [.. Enumerable.Repeat("a😀", 75), .. Enumerable.Repeat("bc😀d", 74), "bcdefghij"];
        folder.Put("a.txt", Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var data = DataSource.Load(folder["a.txt"], 1, 1, new DataFit { Options = new DataOptions { Length = asked } });
        Assert.That(data.Format.Width, Is.EqualTo(length));
        Assert.That(data.Notes, cut is null ? Is.Empty : Has.One.StartsWith(cut));
        Rune[] alphabet = [.. data.Alphabet.EnumerateRunes()];
        string[] held = [.. data.Test.Symbols.Chunk(length).Select(line => string.Concat(line.Select(symbol => alphabet[symbol])))];
        for (var i = 0; i < held.Length; i++)
        {
            var whole = lines[int.Parse(data.Test.Sources[i]) - 1].EnumerateRunes().Take(length);
            Assert.That(held[i].TrimEnd(), Is.EqualTo(string.Concat(whole)));
        }
    }

    [Test]
    public void Lines_longer_than_a_model_takes_are_cut()
    {
        folder.Put("a.txt", "abc\nab\n"u8.ToArray());
        var fit = new DataFit { Format = new VaeGpu.Training.Data.TextFormat(" ab", 2), Whole = true };
        var data = DataSource.Load(folder["a.txt"], 1, 1, fit);
        Assert.That(data.Test.Symbols, Is.EqualTo(new byte[] { 1, 2, 1, 2 }), "the character c is cut off");
        Assert.That(data.Notes.Single(), Does.Contain("1 of 2 lines").And.Contain("that the model takes"));
    }

    [TestCase("digits")]
    [TestCase("a.csv")]
    public void A_length_is_for_text_alone(string source)
    {
        folder.Put("a.csv", "a\n1\n2\n"u8.ToArray());
        string named = source == "digits" ? source : folder[source];
        Assert.That(
            () => DataSource.Load(named, 1, 1, new DataFit { Options = new DataOptions { Length = 3 } }),
            Throws.TypeOf<DataException>().With.Message.Contains("--length is for .txt files"));
    }

    [Test]
    public void Characters_beyond_16_bits_are_one_symbol_each()
    {
        folder.Put("a.txt", Encoding.UTF8.GetBytes("a😀b\n😁\n"));
        var data = DataSource.Load(folder["a.txt"], 1, 1);
        byte[][] lines = [.. new[] { data.Train, data.Test }.Select(part => part.Symbols).OrderBy(line => line[0])];
        Assert.Multiple(() =>
        {
            Assert.That(data.Alphabet, Is.EqualTo(" ab😀😁"));
            Assert.That(lines, Is.EqualTo(new byte[][] { [1, 3, 2], [4, 0, 0] }));
        });
    }
}
