using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class ImageSetTests
{
    [Test]
    public void Images_are_slices_of_the_pixels()
    {
        var set = new ImageSet([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [8, 9], width: 3, height: 2);
        Assert.Multiple(() =>
        {
            Assert.That((set.Count, set.Format), Is.EqualTo((2, new ImageFormat(3, 2))));
            Assert.That(set[0].ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6 }));
            Assert.That(set[1].ToArray(), Is.EqualTo(new byte[] { 7, 8, 9, 10, 11, 12 }));
        });
    }

    [TestCase(-1)]
    [TestCase(2)]
    public void An_image_that_is_not_there_is_refused(int index)
    {
        var set = new ImageSet(new byte[12], null, 3, 2);
        Assert.That(() => set[index].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0, 2)]
    [TestCase(3, -1)]
    public void Sides_must_be_positive(int width, int height) =>
        Assert.That(() => new ImageSet([], null, width, height), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_part_of_an_image_is_refused() =>
        Assert.That(() => new ImageSet(new byte[7], null, 3, 2), Throws.ArgumentException.With.Message.Contains("7 numbers"));

    [Test]
    public void Labels_must_be_one_for_each_image() =>
        Assert.That(() => new ImageSet(new byte[6], [1, 2], 3, 2), Throws.ArgumentException.With.Message.Contains("2 labels"));
}
