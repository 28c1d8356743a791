using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>The product adds the norms to its sums before it stores them.</summary>
/// <remarks>
/// An epilogue as the layers' (<see cref="IEpilogue"/>): the M·N products are not written, read and written again. The results are those of
/// <see cref="Pairwise5Product"/>, the predecessor, bit for bit. Test: LadderTests.
/// </remarks>
internal static class Pairwise6FusedEpilogue
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthFastest, AddNorms>(accelerator);
        RungLaunch norms = Pairwise5Product.LoadNorms(accelerator, shape);
        int normsLength = Pairwise5Product.NormsLength(shape);
        return new((left, right, output, scratch) =>
        {
            norms(left, right, output, scratch);
            Floats packed = LoadedRung.Rest(scratch, normsLength);
            Floats leftNorms = scratch.SubView(0, shape.Rows), rightNorms = scratch.SubView(shape.Rows, shape.Columns);
            product.Run(left, right, output, rightNorms, leftNorms, shape, packed);
        }, normsLength + product.ScratchLength(shape));
    }

    /// <summary>The bias is the norms of the columns; what is saved, one number for each row, the norms of the rows.</summary>
    private struct AddNorms : IEpilogue
    {
        public static bool IsCheap => false;

        public static float Finish(float sum, int index, int column, ArrayView<float> bias, ArrayView<float> saved) =>
            Pairwise5Product.Combine(sum, saved[(index - column) / (int)bias.Length], bias[column]);
    }
}
