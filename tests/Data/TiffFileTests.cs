using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public class TiffFileTests
{
    [TestCase(8, 2, 2, new byte[] { 200, 100, 50, 51, 255, 255, 255, 0 }, new byte[] { 40, 0, 20, 0, 10, 0 })]
    [TestCase(8, 2, 1, new byte[] { 40, 20, 10, 51, 0, 0, 0, 0 }, new byte[] { 40, 0, 20, 0, 10, 0 })]
    [TestCase(16, 2, 2, new byte[] { 200, 200, 100, 100, 50, 50, 51, 51, 255, 255, 255, 255, 255, 255, 0, 0 },
        new byte[] { 40, 0, 20, 0, 10, 0 })]
    public void Transparent_pixels_of_a_TIFF_file_stand_before_black(int bits, int photometric, int extra, byte[] data, byte[] levels) =>
        Assert.That(PictureFile.Read("x", Tiff(2, bits, 4, photometric, data, (338, [extra]))).Levels, Is.EqualTo(levels));

    [TestCase(8, 1, 1, new byte[] { 200, 7 }, new byte[] { 200, 7 })]
    [TestCase(8, 1, 0, new byte[] { 200, 7 }, new byte[] { 55, 248 })]
    [TestCase(16, 1, 1, new byte[] { 200, 200, 7, 7 }, new byte[] { 200, 7 })]
    [TestCase(16, 3, 2, new byte[] { 200, 200, 100, 100, 50, 50, 1, 1, 2, 2, 3, 3 }, new byte[] { 200, 1, 100, 2, 50, 3 })]
    public void Gray_and_deep_TIFF_files_are_read(int bits, int samples, int photometric, byte[] data, byte[] levels) =>
        Assert.That(PictureFile.Read("x", Tiff(2, bits, samples, photometric, data)).Levels, Is.EqualTo(levels));

    [Test]
    public void A_palette_of_a_TIFF_file_is_read_and_another_kind_of_alpha_is_refused()
    {
        int[] palette = new int[3 * 256];
        (palette[1], palette[257], palette[513]) = (0xC8C8, 0x6464, 0x3232);
        Assert.That(
            PictureFile.Read("x", Tiff(2, 8, 1, 3, [1, 0], (320, palette))).Levels, Is.EqualTo(new byte[] { 200, 0, 100, 0, 50, 0 }));
        Assert.That(
            () => PictureFile.Read("x", Tiff(1, 8, 4, 2, [1, 2, 3, 4], (338, [0]))), Refusal("is a TIFF file of a kind that is not read"));
        Assert.That(() => PictureFile.Read("x", Tiff(1, 8, 2, 1, [200, 51], (338, [2]))), Refusal("save it again as PNG"));
    }

    private static NUnit.Framework.Constraints.Constraint Refusal(string word) =>
        Throws.TypeOf<DataException>().With.Message.Contains(word);

    /// <summary>A TIFF file of one row in one strip, not packed.</summary>
    private static byte[] Tiff(int width, int bits, int samples, int photometric, byte[] data, params (int Tag, int[] Values)[] more)
    {
        const int afterHeader = 8, entry = 12, shorts = 3, longs = 4;
        (int Tag, int[] Values)[] tags =
        [
            .. new (int, int[])[]
            {
                (256, [width]), (257, [1]), (258, [.. Enumerable.Repeat(bits, samples)]), (259, [1]), (262, [photometric]),
                (273, [afterHeader]), (277, [samples]), (278, [1]), (279, [data.Length]),
            }.Concat(more).OrderBy(tag => tag.Item1),
        ];
        int directory = afterHeader + data.Length + data.Length % 2, room = directory + 2 + entry * tags.Length + 4;
        List<byte> entries = [], values = [];
        foreach (var (tag, numbers) in tags)
        {
            byte[] bytes = [.. numbers.SelectMany(number => BitConverter.GetBytes((ushort)number))];
            byte[] place = bytes.Length > 4 ? BitConverter.GetBytes(room + values.Count) : [.. bytes, .. new byte[4 - bytes.Length]];
            values.AddRange(bytes.Length > 4 ? bytes : []);
            entries.AddRange([.. BitConverter.GetBytes((ushort)tag), shorts, 0, .. BitConverter.GetBytes(numbers.Length), .. place]);
        }
        return
        [
            .. "II"u8, 42, 0, .. BitConverter.GetBytes(directory), .. data, .. new byte[data.Length % 2],
            .. BitConverter.GetBytes((ushort)tags.Length), .. entries, .. new byte[longs], .. values,
        ];
    }
}
