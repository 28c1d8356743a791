using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class BinarizedTests
{
    [Test]
    public void Pixels_become_white_as_often_as_their_level_says()
    {
        var levels = new byte[] { 0, 51, 204, 255 };
        var images = new ImageSet([.. Enumerable.Range(0, 40_000).Select(i => levels[i % 4])], null, 2, 2);
        var drawn = images.Binarized(seed: 4, first: 0, threads: 2);
        Assert.Multiple(() =>
        {
            Assert.That(images.GrayShare, Is.EqualTo(0.5));
            Assert.That(drawn.GrayShare, Is.Zero);
            for (var place = 0; place < 4; place++)
            {
                var white = drawn.Pixels.Where((_, i) => i % 4 == place).Average(level => level / 255.0);
                Assert.That(white, Is.EqualTo(levels[place] / 255.0).Within(place is 0 or 3 ? 0 : 0.02));
            }
            Assert.That(images.Binarized(4, 0, threads: 1).Pixels, Is.EqualTo(drawn.Pixels));
            Assert.That(images.Select([7, 8]).Binarized(4, 7, threads: 1).Pixels, Is.EqualTo(drawn.Select([7, 8]).Pixels));
        });
    }

    [Test]
    public void Drawn_anew_what_is_trained_on_stays_gray_and_what_is_held_out_is_that_of_one_draw()
    {
        using var folder = new ScratchFolder();
        var random = new Random(2);
        var header = Encoding.ASCII.GetBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (70, 4, 5), }\n");
        var pixels = new byte[70 * 20];
        random.NextBytes(pixels);
        var path = folder.Put("i.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. pixels]);
        DataSplit Load(Binarization when) => DataSource.Load(path, 3, 2, new DataFit { Binarization = when });
        var (gray, once, anew) = (Load(Binarization.None), Load(Binarization.Static), Load(Binarization.Dynamic));
        Assert.Multiple(() =>
        {
            Assert.That(anew.Train.Pixels, Is.EqualTo(gray.Train.Pixels));
            Assert.That(anew.Test.Pixels, Is.EqualTo(once.Test.Pixels).And.All.EqualTo(0).Or.EqualTo(255));
            Assert.That(once.Train.Pixels, Is.All.EqualTo(0).Or.EqualTo(255));
            Assert.That(((ImageSet)gray.Test).GrayShare, Is.GreaterThan(0.9));
        });
    }

    [TestCase("t.csv")]
    [TestCase("t.txt")]
    public void What_has_no_pixels_stays_as_it_is(string name)
    {
        using var folder = new ScratchFolder();
        var path = folder.Put(name, "1,2\n3,4\n5,6\n"u8.ToArray());
        var (plain, drawn) = (DataSource.Load(path, 1, 1), DataSource.Load(path, 1, 1, new DataFit { Binarization = Binarization.Static }));
        Assert.That(Numbers(drawn.Train), Is.EqualTo(Numbers(plain.Train)));
        Assert.That(Numbers(drawn.Test), Is.EqualTo(Numbers(plain.Test)));
    }

    private static float[] Numbers(ExampleSet set)
    {
        var numbers = new float[set.Count * set.Format.Size];
        set.CopyTo(0, numbers);
        return numbers;
    }
}
