using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>|x − y|² = |x|² + |y|² − 2x·y: the layers' matrix product does nearly all of the work.</summary>
/// <remarks>
/// <para>2 FLOPs for each pair and dimension instead of 3, by a kernel that is tuned already. The norms are M + N sums.</para>
/// <para>It is less exact. Each of the three terms is rounded at its own size, so the error is about that of |x|² + |y|², however small the
/// distance is: of two near points far from the origin no digit may be left, and a distance may come out below zero, which is taken as
/// zero. It serves for densities of points that lie around the origin, such as codes of a VAE; it does not for nearest neighbors among
/// points that nearly coincide.</para>
/// <para>Four launches: norms of x, norms of y, the product, the sum of the three. Predecessor: <see cref="Pairwise4RegisterTiles"/>.
/// Test: LadderTests.</para>
/// </remarks>
internal static class Pairwise5Product
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthFastest, Plain>(accelerator);
        RungLaunch norms = LoadNorms(accelerator, shape);
        var kernel = AddNorms;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig elements = tuning.Elements(shape.Rows, shape.Columns);
        int normsLength = NormsLength(shape);
        return new((left, right, output, scratch) =>
        {
            norms(left, right, output, scratch);
            Floats packed = LoadedRung.Rest(scratch, normsLength);
            product.Run(left, right, output, default, default, shape, packed);
            launch(elements, output, scratch.SubView(0, shape.Rows), scratch.SubView(shape.Rows, shape.Columns), shape);
        }, normsLength + product.ScratchLength(shape));
    }

    /// <summary>The norms of x, then those of y; what follows begins at a multiple of 64 bytes.</summary>
    internal static int NormsLength(MatMulShape shape) => shape.Rows + shape.Columns + 15 & ~15;

    /// <summary>The launches that write the squared norms of all points to the scratch memory.</summary>
    internal static RungLaunch LoadNorms(Accelerator accelerator, MatMulShape shape)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        var kernel = Norms;
        var launch = accelerator.LoadStreamKernel(kernel);
        return (left, right, _, scratch) =>
        {
            launch(tuning.Rows(shape.Rows, shape.Depth), left, scratch.SubView(0, shape.Rows), shape.Depth);
            launch(tuning.Rows(shape.Columns, shape.Depth), right, scratch.SubView(shape.Rows, shape.Columns), shape.Depth);
        };
    }

    /// <summary>|x|² + |y|² − 2x·y, not below zero.</summary>
    internal static float Combine(float product, float leftNorm, float rightNorm) =>
        Math.Max(0f, MathF.FusedMultiplyAdd(-2f, product, leftNorm + rightNorm));

    /// <summary>norms[i] = |points[i]|²; group i has point i.</summary>
    private static void Norms(ArrayView<float> points, ArrayView<float> norms, int depth)
    {
        float norm = RowReduction.Sum(new Square { Points = points, Start = Grid.IdxX * depth }, depth);
        if (Group.IdxX == 0)
            norms[Grid.IdxX] = norm;
    }

    private static void AddNorms(ArrayView<float> output, ArrayView<float> leftNorms, ArrayView<float> rightNorms, MatMulShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
            output[index] = Combine(output[index], leftNorms[Grid.IdxY], rightNorms[column]);
    }

    private struct Square : IRowTerm
    {
        public ArrayView<float> Points;
        public int Start;

        public readonly float AddTo(float sum, int column) =>
            MathF.FusedMultiplyAdd(Points[Start + column], Points[Start + column], sum);
    }
}
