using System.Runtime.Intrinsics;

namespace VaeGpu.CudaEmulator.Machine;

internal readonly struct PtxEqual<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
}

/// <summary>Unequal, and both are numbers.</summary>
internal readonly struct PtxNotEqual<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b) & PtxNumbers<T>.Of(a, b);
}

internal readonly struct PtxLess<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
}

internal readonly struct PtxLessOrEqual<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
}

internal readonly struct PtxNotLess<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.LessThan(a, b);
}

internal readonly struct PtxNotLessOrEqual<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.LessThanOrEqual(a, b);
}

internal readonly struct PtxEqualOrNaN<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b) | PtxAnyNaN<T>.Of(a, b);
}

internal readonly struct PtxNotEqualOrNaN<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b);
}

internal readonly struct PtxNumbers<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, a) & Vector256.Equals(b, b);
}

internal readonly struct PtxAnyNaN<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~PtxNumbers<T>.Of(a, b);
}

/// <summary>An instruction whose last bits differ between GPUs: it runs only by leave.</summary>
internal sealed unsafe class PtxApproximation(PtxSlot d, PtxSlot a, PtxSlot b, Func<float, float, float> function) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        if (!warp.Group.AllowApproximations)
            throw warp.Fault(PtxFaultKind.Approximate, this, mask, null, "the result differs between GPUs");
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            warp.At<float>(d)[lane] = PtxFloats.Canonical(function(warp.At<float>(a)[lane], warp.At<float>(b)[lane]));
        }
    }
}
