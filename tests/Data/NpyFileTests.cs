using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class NpyFileTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void What_is_written_is_read_and_numbers_start_at_a_multiple_of_64()
    {
        NpyFile.Write(folder["a.npy"], [1, -2.5f, 3, 4, 5, 6], 3, 2);
        var array = NpyFile.Read(folder["a.npy"]);
        Assert.That(array.Shape, Is.EqualTo(new[] { 3, 2 }));
        Assert.That(array.Numbers, Is.EqualTo(new double[] { 1, -2.5f, 3, 4, 5, 6 }));
        Assert.That((new FileInfo(folder["a.npy"]).Length - 24) % 64, Is.Zero);
    }

    [Test]
    public void Doubles_and_bytes_are_read()
    {
        Put("d.npy", "<f8", "(1, 2)", [.. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(-3.0)]);
        Put("u.npy", "|u1", "(1, 3)", [1, 2, 255]);
        Assert.That(NpyFile.Read(folder["d.npy"]).Numbers, Is.EqualTo(new[] { 0.5, -3 }));
        Assert.That(NpyFile.Read(folder["u.npy"]).Bytes, Is.EqualTo(new byte[] { 1, 2, 255 }));
    }

    [TestCase("<i8", "(1, 1)", 8, "\"<i8\"")]
    [TestCase("<f4", "(2, 2)", 12, "12 bytes of numbers")]
    [TestCase("<f4", "(4,)", 16, "examples × columns")]
    [TestCase("<f4", "(99999999, 99999999)", 16, "claims")]
    public void What_does_not_fit_is_explained(string type, string shape, int bytes, string word)
    {
        Put("x.npy", type, shape, new byte[bytes]);
        Assert.That(() => NpyFile.Read(folder["x.npy"]),
            Throws.TypeOf<DataException>().With.Message.Contains(word).And.Message.Contains("x.npy"));
    }

    [Test]
    public void Another_format_is_refused()
    {
        folder.Put("x.npy", "PK and so on, long enough"u8.ToArray());
        Assert.That(() => NpyFile.Read(folder["x.npy"]), Throws.TypeOf<DataException>().With.Message.Contains("not a .npy"));
        Assert.That(() => NpyFile.Read(folder["none.npy"]), Throws.TypeOf<DataException>());
    }

    [Test]
    public void A_damaged_header_is_refused_at_once()
    {
        Put("x.npy", "<f4", $"({new string('1', 60)}x)", new byte[4]);
        Assert.That(() => NpyFile.Read(folder["x.npy"]), Throws.TypeOf<DataException>().With.Message.Contains("header"));
    }

    private void Put(string name, string type, string shape, byte[] data)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n");
        folder.Put(name, [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. data]);
    }
}
