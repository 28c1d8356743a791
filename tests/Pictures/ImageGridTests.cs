using VaeGpu.Host.Pictures;

namespace VaeGpu.Tests.Pictures;

public sealed class ImageGridTests
{
    private const byte M = ImageGrid.MarginLevel;

    [Test]
    public void Images_stand_in_rows_between_margins_and_spare_cells_are_margin()
    {
        var grid = ImageGrid.Tile([1, 2, 3], width: 1, height: 1, columns: 2);
        Assert.That((grid.Width, grid.Height), Is.EqualTo((8, 8)));
        var expected = Enumerable.Repeat(M, 64).ToArray();
        (expected[2 * 8 + 2], expected[2 * 8 + 5], expected[5 * 8 + 2]) = (1, 2, 3);
        Assert.That(grid.Pixels, Is.EqualTo(expected));
    }

    [Test]
    public void Rows_and_columns_of_an_image_keep_their_places()
    {
        var grid = ImageGrid.Tile([1, 2, 3, 4, 5, 6], width: 3, height: 2, columns: 1);
        Assert.That((grid.Width, grid.Height), Is.EqualTo((7, 6)));
        Assert.That(grid.Pixels[(2 * 7 + 2)..(2 * 7 + 5)], Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(grid.Pixels[(3 * 7 + 2)..(3 * 7 + 5)], Is.EqualTo(new byte[] { 4, 5, 6 }));
    }

    [Test]
    public void A_grid_is_no_wider_than_its_images() =>
        Assert.That(ImageGrid.Tile([1, 2, 3], 1, 1, columns: 100).Width, Is.EqualTo(2 + 3 * 3));

    [Test]
    public void Each_output_stands_below_its_input()
    {
        var grid = ImageGrid.Pairs([1, 2, 3], [11, 12, 13], width: 1, height: 1, columns: 2);
        Assert.That((grid.Width, grid.Height), Is.EqualTo((8, 12)));
        var places = new[] { (1, 2, 2), (11, 4, 2), (2, 2, 5), (12, 4, 5), (3, 7, 2), (13, 9, 2) };
        foreach (var (level, row, column) in places)
            Assert.That(grid.Pixels[row * 8 + column], Is.EqualTo(level));
        Assert.That(grid.Pixels.Count(pixel => pixel == M), Is.EqualTo(8 * 12 - 6));
    }

    [TestCase(0, 1, 1, 1)]
    [TestCase(5, 2, 1, 1)]
    [TestCase(4, 0, 1, 1)]
    [TestCase(4, 1, -1, 1)]
    [TestCase(4, 1, 1, 0)]
    public void Impossible_grids_are_refused(int bytes, int width, int height, int columns)
    {
        Assert.That(() => ImageGrid.Tile(new byte[bytes], width, height, columns), Throws.InstanceOf<ArgumentException>());
        Assert.That(
            () => ImageGrid.Pairs(new byte[bytes], new byte[bytes], width, height, columns), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Inputs_without_outputs_are_refused() =>
        Assert.That(() => ImageGrid.Pairs(new byte[2], new byte[1], 1, 1, 1), Throws.ArgumentException);
}
