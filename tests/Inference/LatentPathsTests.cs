using VaeGpu.Training.Inference;


namespace VaeGpu.Tests.Inference;

public sealed class LatentPathsTests
{
    [TestCase(PathKind.Linear)]
    [TestCase(PathKind.Spherical)]
    public void A_path_begins_and_ends_where_it_should(PathKind kind)
    {
        var path = LatentPaths.Between([1, 2, 3], [-1, 0, 5], 5, kind);
        Assert.That(path[..3], Is.EqualTo(new float[] { 1, 2, 3 }).Within(1e-6));
        Assert.That(path[12..], Is.EqualTo(new float[] { -1, 0, 5 }).Within(1e-6));
    }

    [Test]
    public void A_spherical_path_keeps_the_length_where_both_ends_have_it()
    {
        var path = LatentPaths.Between([2, 0], [0, 2], 9, PathKind.Spherical);
        foreach (var point in path.Chunk(2))
            Assert.That(Math.Sqrt(point[0] * point[0] + point[1] * point[1]), Is.EqualTo(2).Within(1e-6));
    }

    [Test]
    public void A_traversal_moves_one_dimension_in_each_row() =>
        Assert.That(
            LatentPaths.Traverse([7, 8], [1, 0], 3, 2),
            Is.EqualTo(new float[] { 7, -2, 7, 0, 7, 2, -2, 8, 0, 8, 2, 8 }));

    [Test]
    public void A_manifold_grows_to_the_right_and_upwards()
    {
        var points = LatentPaths.Manifold(dimensions: 3, horizontal: 2, vertical: 0, side: 2).Chunk(3).ToArray();
        const float q = 0.6744898f;
        Assert.That(points.SelectMany(point => point), Is.EqualTo(new[] { q, 0, -q, q, 0, q, -q, 0, -q, -q, 0, q }).Within(1e-6));
    }
}
