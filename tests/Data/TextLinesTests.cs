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
    public void A_line_far_longer_than_the_others_is_refused()
    {
        folder.Put("a.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ab\n", 20_000)) + new string('b', 60_000) + "\n"));
        Assert.That(
            () => DataSource.Load(folder["a.txt"], 1, 1), Throws.TypeOf<DataException>().With.Message.Contains("line 20001 has 60000 characters"));
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
