using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary><see cref="RowReduction"/>, the kernel of the layers: a group for each row, partial sums added by a tree in shared
/// memory.</summary>
/// <remarks>
/// <para>Partial sum p of 256 takes the columns p, p + 256, … in order; the tree adds p and p + 128, then p and p + 64, … . The order of
/// additions is another than that of <see cref="Reduction1OneThread"/>, and more exact: an error grows with the levels of the tree, not
/// with the columns.</para>
/// <para>Neighbors read neighbors. 1024 shared bytes, and a barrier for each level of the tree. Predecessor:
/// <see cref="Reduction1OneThread"/>. Tests: LadderTests, ReductionTests.</para>
/// </remarks>
internal static class Reduction2SharedTree
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        var kernel = RowReduction.Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = DeviceTuning.For(accelerator).Rows(shape.Rows, shape.Columns);
        return new((left, _, output, _) => launch(config, left, output, shape));
    }
}
