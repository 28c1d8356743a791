namespace VaeGpu.Training.Data;

/// <summary>What an image of <see cref="Shapes"/> was drawn from, each a number from 0 on.</summary>
/// <param name="Shape">0 square, 1 ellipse, 2 heart.</param>
/// <param name="Scale">From small to large.</param>
/// <param name="Rotation">In steps of 36 degrees.</param>
/// <param name="X">From left to right.</param>
/// <param name="Y">From top to bottom.</param>
public readonly record struct ShapeFactors(int Shape, int Scale, int Rotation, int X, int Y);

/// <summary>
/// White shapes on black, 32×32, one image for each combination of five independent factors, as in dSprites (Matthey et al. 2017): a
/// data set whose factors are known, to see which of them a latent dimension holds. The class is the shape.
/// </summary>
public static class Shapes
{
    /// <summary>Columns and rows of an image.</summary>
    public const int Side = 32;

    /// <summary>How many values each factor has.</summary>
    public static readonly ShapeFactors Counts = new(Shape: 3, Scale: 4, Rotation: 10, X: 12, Y: 12);

    /// <summary>Points of a pixel, in each direction, whose share inside the shape is its level.</summary>
    private const int Points = 4;

    private static readonly string[] Names = ["square", "ellipse", "heart"];

    /// <summary>The number of images: the product of the counts.</summary>
    public static int Count => Counts.Shape * Counts.Scale * Counts.Rotation * Counts.X * Counts.Y;

    /// <summary>The factors of image <paramref name="index"/>: y changes fastest, then x, rotation, scale and shape.</summary>
    public static ShapeFactors FactorsOf(int index) => new(
        index / (Counts.Y * Counts.X * Counts.Rotation * Counts.Scale), index / (Counts.Y * Counts.X * Counts.Rotation) % Counts.Scale,
        index / (Counts.Y * Counts.X) % Counts.Rotation, index / Counts.Y % Counts.X, index % Counts.Y);

    /// <summary>Draws all images, in the order of <see cref="FactorsOf"/>.</summary>
    public static ImageSet Generate(int threads)
    {
        var pixels = new byte[Count * Side * Side];
        var labels = new byte[Count];
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var factors = FactorsOf(i);
            labels[i] = (byte)factors.Shape;
            Draw(factors, pixels.AsSpan(i * Side * Side, Side * Side));
        });
        return new ImageSet(pixels, labels, Side, Side) { LabelNames = Names };
    }

    private static void Draw(ShapeFactors factors, Span<byte> pixels)
    {
        var radius = 4.0 + factors.Scale;
        var (sine, cosine) = Math.SinCos(2 * Math.PI * factors.Rotation / Counts.Rotation);
        var (centerX, centerY) = (Place(factors.X, Counts.X), Place(factors.Y, Counts.Y));
        var reach = 1.2 * radius + 1;
        for (var pixel = 0; pixel < pixels.Length; pixel++)
        {
            if (Math.Abs(pixel % Side + 0.5 - centerX) > reach || Math.Abs(pixel / Side + 0.5 - centerY) > reach)
                continue;
            var inside = 0;
            for (var point = 0; point < Points * Points; point++)
            {
                var x = (pixel % Side + (point % Points + 0.5) / Points - centerX) / radius;
                var y = (pixel / Side + (point / Points + 0.5) / Points - centerY) / radius;
                inside += Holds(factors.Shape, cosine * x + sine * y, cosine * y - sine * x) ? 1 : 0;
            }
            pixels[pixel] = (byte)(255 * inside / (Points * Points));
        }
    }

    /// <summary>From 9.5 to 22.5: the largest shape stays in the picture.</summary>
    private static double Place(int step, int count) => 9.5 + 13.0 * step / (count - 1);

    /// <summary>Whether a point lies in the shape of radius about 1 around the origin; y goes downwards.</summary>
    private static bool Holds(int shape, double x, double y) => shape switch
    {
        0 => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.8,
        1 => x * x + 4 * y * y <= 1,
        _ => Cube(1.4 * (x * x + y * y) - 1) <= -2 * x * x * Cube(y),
    };

    private static double Cube(double x) => x * x * x;
}
