namespace VaeGpu.Gpu.IR;

/// <summary>What an instruction does.</summary>
internal enum Op : byte
{
    // Arithmetic on integers and floats; both operands and the result have one type.
    Add, Sub, Mul, Div, DivU, Rem, RemU, Neg,
    // The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers.
    MulHighU,
    And, Or, Xor, Not, Shl, Shr, ShrU,
    // Floats. Fma rounds once. Min and Max are IEEE 754-2019 minimum and maximum, as MathF's: NaN wins, −0 < +0.
    Fma, Sqrt, Abs, Min, Max, Floor, Ceiling, Truncate, RoundEven,
    // Functions of the device's own library: not the same bits on every device.
    Exp, Log, Log2, Log10, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Atan2, Pow,
    // Comparisons give Bool; those of floats are false where an operand is NaN, Ne excepted.
    Eq, Ne, Lt, Le, Gt, Ge, LtU, LeU, GtU, GeU,
    // Select(condition, whenTrue, whenFalse).
    Select,
    // Conversions. Float to integer saturates and takes NaN to 0.
    SignExtend, ZeroExtend, Truncate64, SignExtend8, SignExtend16, IntToFloat, UIntToFloat, FloatToInt, FloatToUInt,
    FloatToFloat, BitCast, BoolToInt,
    // One lane of what LoadWide gave, or one output of Assembly; Attribute is its number.
    Extract,
    // A pointer as a number, for Assembly: the address that PTX calls generic.
    Address,
    // Memory. PtrAdd(pointer, index) with the element's bytes as attribute. Load(pointer), or Load(pointer, condition, otherwise)
    // that reads only where the condition holds. Store(pointer, value).
    PtrAdd, Load, Store,
    // Two or four neighboring elements at once, aligned to their size together: LoadWide(pointer), or LoadWide(pointer, condition)
    // that gives zeros where the condition does not hold; StoreWide(pointer, value, value …).
    LoadWide, StoreWide,
    // Prefetch(pointer) brings what it points to nearer to the processor (<see cref="Gpu.Prefetch"/>). It changes nothing else.
    Prefetch,
    // An array in shared or local memory: Attribute is its bytes. SharedDynamic is the launch's own.
    SharedArray, SharedDynamic, LocalArray,
    // The thread's place; Attribute is the axis.
    GroupIndex, GroupDim, GridIndex, GridDim, LaneIndex, WarpIndex, WarpSize,
    // Synchronization.
    Barrier, WarpBarrier, FenceGroup, FenceDevice, BarrierAnd, BarrierOr, BarrierPopCount, GroupBroadcast,
    // Shuffle(value, lane): the value of the lane computed by each thread; Attribute is unused.
    Shuffle, ShuffleUp, ShuffleDown, ShuffleXor,
    // Atomic read-modify-write: (pointer, value) gives the value before; CompareExchange is (pointer, compare, value).
    AtomicAdd, AtomicMax, AtomicMin, AtomicMaxU, AtomicMinU, AtomicAnd, AtomicOr, AtomicXor, AtomicExchange, AtomicCompareExchange,
    // PTX written by hand: an <see cref="AssemblyText"/>.
    Assembly,
    // The guarantee of <see cref="Iterations"/> for the loop whose body it stands in; after unrolling, the mark of a region whose
    // instructions are interleaved. It does nothing.
    Independent,
    // The mark of a region that is emitted in program order (<see cref="Iterations.KeepOrder"/>). It does nothing.
    InOrder,
    // Control flow with regions.
    If, For, While,
}

internal static class Ops
{
    /// <summary>The extent along the axis that an index names.</summary>
    public static int Along(this Index3D extent, long axis) => axis == 0 ? extent.X : axis == 1 ? extent.Y : extent.Z;

    public static bool IsBarrier(this Op op) =>
        op is Op.Barrier or Op.BarrierAnd or Op.BarrierOr or Op.BarrierPopCount or Op.GroupBroadcast;

    public static bool IsShuffle(this Op op) => op is >= Op.Shuffle and <= Op.ShuffleXor;

    public static bool IsAtomic(this Op op) => op is >= Op.AtomicAdd and <= Op.AtomicCompareExchange;

    public static bool IsComparison(this Op op) => op is >= Op.Eq and <= Op.GeU;

    /// <summary>The comparison that holds where this one, of signed or of unsigned numbers, does not.</summary>
    public static Op Inverse(this Op op) => op >= Op.LtU ? Op.LtU + (Op.GeU - op) : Op.Lt + (Op.Ge - op);

    /// <summary>The comparison of unsigned numbers in the place of that of signed ones.</summary>
    public static Op Unsigned(this Op op) => op + (Op.LtU - Op.Lt);

    /// <summary>Whether the operation only computes: it may be removed, merged with its like and moved.</summary>
    public static bool IsPure(this Op op) => op is >= Op.Add and <= Op.PtrAdd or >= Op.GroupIndex and <= Op.WarpSize or Op.SharedDynamic;

    /// <summary>Whether the operation may be removed when nothing uses its result.</summary>
    public static bool IsRemovable(this Op op) => op.IsPure() || op is Op.Load or Op.LoadWide or Op.SharedArray or Op.LocalArray;

    public static bool IsCommutative(this Op op) => op is Op.Add or Op.Mul or Op.And or Op.Or or Op.Xor or Op.Eq or Op.Ne or Op.MulHighU;
}
