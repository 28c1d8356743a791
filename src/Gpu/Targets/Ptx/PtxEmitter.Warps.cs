namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>
/// Warps: shuffles, and the masks that name the lanes which take part. On GPUs whose lanes have program counters of their own
/// an instruction must name them all, so a divergent branch or loop asks who goes in (a ballot), where somebody needs to know.
/// </summary>
internal sealed partial class PtxEmitter
{
    private readonly Dictionary<Region, bool> needsMask = new(ReferenceEqualityComparer.Instance);
    private string mask = "";
    private string? linearIndex, laneIndex, lanes;

    private int Threads => groupDim.Size;

    /// <summary>Whether something in a region asks for the lanes that are there.</summary>
    private bool NeedsMask(Region region)
    {
        if (!needsMask.TryGetValue(region, out bool needs))
            needsMask.Add(region, needs = region.All().Any(i => i.Op.IsShuffle() || i.Op == Op.WarpBarrier));
        return needs;
    }

    /// <summary>All lanes that the thread's warp has; the last warp of a group may be short.</summary>
    private string GroupMask()
    {
        int rest = Threads % WarpSize;
        if (rest == 0 || !NeedsMask(function.Body))
            return "-1";
        string few = Number((1L << rest) - 1);
        if (Threads < WarpSize)
            return few;
        string register = registers.New(IrType.I32);
        Prologue("selp.b32", register, few, "-1", InLastWarp());
        return register;
    }

    /// <summary>The number of lanes that the thread's warp has.</summary>
    private string Lanes()
    {
        int rest = Threads % WarpSize;
        if (rest == 0 || Threads < WarpSize)
            return Number(rest == 0 ? WarpSize : rest);
        if (lanes is null)
        {
            lanes = registers.New(IrType.I32);
            Prologue("selp.b32", lanes, Number(rest), Number(WarpSize), InLastWarp());
        }
        return lanes;
    }

    private string InLastWarp()
    {
        string isLast = registers.New(IrType.Bool);
        Prologue("setp.ge.s32", isLast, LinearIndex(), Number(Threads / WarpSize * WarpSize));
        return isLast;
    }

    /// <summary>The thread's linear index in its group.</summary>
    private string LinearIndex()
    {
        if (linearIndex is not null)
            return linearIndex;
        int[] extents = [groupDim.X, groupDim.Y, groupDim.Z];
        string linear = "0";
        for (int axis = 2; axis >= 0; axis--)
        {
            if (extents[axis] == 1)
                continue;
            string index = registers.New(IrType.I32);
            Prologue("mov.u32", index, "%tid." + Axes[axis]);
            if (linear == "0")
            {
                linear = index;
                continue;
            }
            string sum = registers.New(IrType.I32);
            Prologue("mad.lo.s32", sum, linear, Number(extents[axis]), index);
            linear = sum;
        }
        // Outer axes count whole extents of the inner ones, those of one thread included.
        return linearIndex = linear;
    }

    private string LaneIndex()
    {
        if (laneIndex is null)
        {
            laneIndex = registers.New(IrType.I32);
            string linear = LinearIndex();
            if (linear == "0")
                Prologue("mov.u32", laneIndex, "0");
            else
                Prologue("and.b32", laneIndex, linear, Number(WarpSize - 1));
        }
        return laneIndex;
    }

    /// <summary>The lanes among some others in which a predicate holds.</summary>
    private string Ballot(string predicate, bool negated, string among, string? register = null)
    {
        Require(PtxIsa.WarpMasks);
        register ??= registers.New(IrType.I32);
        Put("vote.sync.ballot.b32", register, (negated ? "!" : "") + predicate, among);
        return register;
    }

    /// <summary>The lanes of a mask that are not in another.</summary>
    private string Rest(string all, string some)
    {
        string register = registers.New(IrType.I32);
        Put("xor.b32", register, some, all);
        return register;
    }

    /// <summary>Values of 64 bits go in two halves, a Bool as a number.</summary>
    private void WriteShuffle(Instruction i)
    {
        Require(PtxIsa.WarpMasks);
        string value = Register(i.Operands[0]);
        Shuffle shuffle = Plan(i);
        switch (i.Type.Scalar)
        {
            case Scalar.Bool:
                string number = registers.New(IrType.I32), moved = registers.New(IrType.I32);
                Put("selp.b32", number, "1", "0", value);
                Exchange(shuffle, moved, number);
                Put("setp.ne.s32", Define(i), moved, "0");
                break;
            case Scalar.I64 or Scalar.F64:
                string low = registers.New(IrType.I32), high = registers.New(IrType.I32);
                Put("mov.b64", $"{{{low}, {high}}}", value);
                string newLow = registers.New(IrType.I32), newHigh = registers.New(IrType.I32);
                Exchange(shuffle, newLow, low);
                Exchange(shuffle, newHigh, high);
                Put("mov.b64", Define(i), $"{{{newLow}, {newHigh}}}");
                break;
            case Scalar.I32 or Scalar.F32:
                Exchange(shuffle, Define(i), value);
                break;
            default:
                throw Unknown(i);
        }
    }

    /// <summary>A shuffle's mode, its lane or distance, and the clamp that says which lanes there are.</summary>
    private readonly record struct Shuffle(string Mode, string By, string Clamp);

    private void Exchange(Shuffle shuffle, string target, string value) =>
        Put($"shfl.sync.{shuffle.Mode}.b32", target, value, shuffle.By, shuffle.Clamp, mask);

    /// <summary>
    /// A distance known to lie in a warp is the instruction's own, which keeps a lane's value where there is no other. PTX looks
    /// at five bits of it only; any other is turned into the lane that is meant, the thread's own where there is none.
    /// </summary>
    private Shuffle Plan(Instruction i)
    {
        Value by = i.Operands[1];
        string last = Threads >= WarpSize && Threads % WarpSize != 0 ? "" : Number(Math.Min(Threads, WarpSize) - 1);
        if (by is Constant { Bits: >= 0 and < WarpSize } && (last.Length > 0 || i.Op == Op.ShuffleUp))
        {
            return i.Op switch
            {
                Op.Shuffle => new("idx", Of(by), last),
                Op.ShuffleUp => new("up", Of(by), "0"),
                Op.ShuffleDown => new("down", Of(by), last),
                _ => new("bfly", Of(by), last),
            };
        }
        string own = LaneIndex(), wanted = registers.New(IrType.I32), exists = registers.New(IrType.Bool), lane = registers.New(IrType.I32);
        if (i.Op == Op.Shuffle)
            wanted = Register(by);
        else
            Put(i.Op == Op.ShuffleUp ? "sub.s32" : i.Op == Op.ShuffleDown ? "add.s32" : "xor.b32", wanted, own, Of(by));
        Put("setp.lt.u32", exists, wanted, Lanes());
        Put("selp.b32", lane, wanted, own, exists);
        return new("idx", lane, Number(WarpSize - 1));
    }
}
