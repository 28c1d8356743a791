using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DataFingerprintTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_part_s_hash_is_XXH128_of_its_examples()
    {
        folder.Put("train-images-idx3-ubyte", Idx.ImageFile(3, 2, 2));
        folder.Put("t10k-images-idx3-ubyte", Idx.ImageFile(2, 2, 2));
        var found = DataSource.Load(folder.Path, 1, 1).Fingerprint!;
        byte[] pixels = [.. Enumerable.Range(0, 12).Select(i => (byte)i)];
        Assert.That(
            (found.Train, found.HeldOut, found.Labels, found.IsSeeded),
            Is.EqualTo((Hash(pixels), Hash(pixels[..8]), (string?)null, false)));
    }

    [Test]
    public void Examples_of_many_slices_have_the_hash_of_all()
    {
        float[] values = [.. Enumerable.Range(0, 3 * 700_001).Select(i => (float)i)];
        Assert.That(
            DataFingerprint.Of(new TableSet(values, null, 3)), Is.EqualTo(Hash(MemoryMarshal.AsBytes(values.AsSpan()).ToArray())));
    }

    [Test]
    public void Contents_order_and_labels_count_and_binarization_does_not()
    {
        var first = Of("a,class\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n");
        Assert.Multiple(() =>
        {
            Assert.That(Of("a,class\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n\n"), Is.EqualTo(first), "blank lines are none");
            var exchanged = Of("a,class\n1,x\n2,y\n3,x\n4,y\n5,x\n7,x\n6,y\n");
            Assert.That(Parts(exchanged), Is.Not.EqualTo(Parts(first)), "two rows change places");
            var relabeled = Of("a,class\n1,x\n2,x\n3,x\n4,y\n5,x\n6,y\n7,x\n");
            Assert.That(relabeled.Labels, Is.Not.EqualTo(first.Labels));
            Assert.That(Parts(relabeled), Is.EqualTo(Parts(first)));
            Assert.That(first.IsSeeded);
            var plain = DataSource.Load("shapes", 1, 2);
            var drawn = DataSource.Load("shapes", 1, 2, new DataFit { Binarization = Binarization.Static });
            Assert.That(drawn.Fingerprint, Is.EqualTo(plain.Fingerprint));
        });
    }

    [Test]
    public void Data_that_is_used_whole_is_found_to_be_that_of_a_run()
    {
        string text = "one\ntwo\nsix\nten\nred\nsun\nice\nsky\n";
        folder.Put("a.txt", Encoding.UTF8.GetBytes(text));
        var own = DataSource.Load(folder["a.txt"], 4, 1);
        string[] heldOut = [.. Enumerable.Range(0, own.Test.Count).Select(i => own.Test.Sources[i])];
        var fit = new DataFit { Format = own.Format, Whole = true, Known = own.Fingerprint };
        var whole = DataSource.Load(folder["a.txt"], 4, 1, fit);
        for (var i = 0; i < whole.Test.Count; i++)
        {
            bool held = heldOut.Contains(whole.Test.Sources[i]);
            var part = held ? DataPart.HeldOut : DataPart.Train;
            Assert.That(whole.Test.Sources.PartOf(i), Is.EqualTo(part), $"line {whole.Test.Sources[i]}");
        }
        Assert.That(whole.Notes.Single(), Is.EqualTo("the run was trained on 6 of 8 lines of \"a\""));
        folder.Put("a.txt", Encoding.UTF8.GetBytes(text.Replace("sky", "eye")));
        var other = DataSource.Load(folder["a.txt"], 4, 1, fit);
        Assert.That(other.Test.Sources.PartOf(0), Is.EqualTo(DataPart.Other));
        Assert.That(other.Notes, Is.Empty);
    }

    private DataFingerprint Of(string csv)
    {
        folder.Put("a.csv", Encoding.UTF8.GetBytes(csv));
        return DataSource.Load(folder["a.csv"], 1, 1).Fingerprint!;
    }

    private static (string, string) Parts(DataFingerprint of) => (of.Train, of.HeldOut);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(XxHash128.Hash(bytes));
}
