namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Makes constants of what follows from the group's shape and the warp's size: dimensions, indices along axes of one. Prefetches are
/// removed where warps are wider than a processor's vectors: a GPU runs other warps while one waits for memory.
/// </summary>
internal sealed class Specialize(Index3D groupDim, int warpSize) : Rewriter
{
    /// <summary>The most lanes of a processor's vector.</summary>
    private const int MostLanes = 16;

    public static Function Apply(Function function, Index3D groupDim, int warpSize) => new Specialize(groupDim, warpSize).Run(function);

    protected override Value Rewrite(Instruction i) => i.Op switch
    {
        Op.GroupDim => Constant.I32(groupDim.Along(i.Attribute)),
        Op.GroupIndex when groupDim.Along(i.Attribute) == 1 => Constant.I32(0),
        Op.WarpSize => Constant.I32(warpSize),
        Op.Prefetch when warpSize > MostLanes => Constant.Bool(false),
        Op.LaneIndex => Builder.Binary(Op.Rem, Linear(), Constant.I32(warpSize)),
        Op.WarpIndex => Builder.Binary(Op.Div, Linear(), Constant.I32(warpSize)),
        _ => base.Rewrite(i),
    };

    private Value Linear()
    {
        Value y = Builder.Add(Builder.Mul(Index(2), Constant.I32(groupDim.Y)), Index(1));
        return Builder.Add(Builder.Mul(y, Constant.I32(groupDim.X)), Index(0));
    }

    private Value Index(int axis) => groupDim.Along(axis) == 1 ? Constant.I32(0) : Builder.Emit(Op.GroupIndex, IrType.I32, [], axis);
}
