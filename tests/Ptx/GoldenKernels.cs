using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace VaeGpu.Tests.Ptx;

/// <summary>Small kernels, one idea each, whose PTX is kept in Golden/ to be read and compared.</summary>
public static class GoldenKernels
{
    /// <summary>A kernel loaded for so many groups on a multiprocessor.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SideBySideAttribute(int groups) : Attribute
    {
        public int Groups => groups;
    }

    /// <summary>Four floats as one element.</summary>
    public struct Quad
    {
        public float A, B, C, D;
    }

    /// <summary>Settings passed by value.</summary>
    public struct Settings
    {
        public float Scale;
        public byte Flag;
        public long Offset;
    }

    /// <summary>Two roundings, written as two instructions; x is read through the read-only cache.</summary>
    public static void Axpy(Index1D i, ArrayView<float> x, ArrayView<float> y, float a) => y[i] = a * x[i] + y[i];

    /// <summary>One rounding where the C# asks for it; correctly rounded division and root.</summary>
    public static void Rounding(ArrayView<float> x, ArrayView<double> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = Math.Sqrt(MathF.FusedMultiplyAdd(x[i], x[i], 1f) / 3.0);
    }

    /// <summary>Minimum and maximum: of two variables, and against constants.</summary>
    public static void Extremes(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float v = x[2 * i], w = x[2 * i + 1];
        y[i] = MathF.Max(MathF.Min(v, w), 0f) + MathF.Min(v, 6f);
    }

    /// <summary>Conversions that saturate and take NaN to 0, in 32 and 64 bits.</summary>
    public static void Conversions(ArrayView<float> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X;
        y[3 * i] = (int)x[i];
        y[3 * i + 1] = (long)x[i];
        y[3 * i + 2] = (uint)(double)x[i];
    }

    /// <summary>Division by what may be 0 or −1, and by a constant; shifts by what may be too much.</summary>
    public static void Integers(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = x[2 * i], b = x[2 * i + 1];
        y[i] = a / b + a % b + (int)((uint)a / 7) + (a << b) + (b >> 3);
    }

    /// <summary>Small elements widen as they are loaded.</summary>
    public static void Bytes(ArrayView<byte> x, ArrayView<short> y, ArrayView<float> z)
    {
        int i = Grid.GlobalIndex.X;
        z[i] = x[i] / 255f + y[i];
        y[i] = (short)x[i];
    }

    /// <summary>A struct parameter comes as its fields.</summary>
    public static void Struct(ArrayView<float> y, Settings settings)
    {
        if (settings.Flag != 0)
            y[settings.Offset + Group.IdxX] = settings.Scale;
    }

    /// <summary>16 bytes at once where the address is known to be a multiple of 16.</summary>
    public static void Wide(ArrayView<Quad> x, ArrayView<Quad> y)
    {
        int i = Grid.GlobalIndex.X;
        Quad q = x[i];
        (q.A, q.D) = (q.D + 1, q.A);
        y[i] = q;
    }

    /// <summary>A branch that is worth no jump.</summary>
    public static void Predicated(ArrayView<int> x)
    {
        int i = Grid.GlobalIndex.X;
        if (x[i] > 10)
            x[i] = -x[i];
        else
            x[i + 1000] = 0;
    }

    /// <summary>A branch that all threads take alike, and one that they do not.</summary>
    public static void Branches(ArrayView<float> x, int mode)
    {
        int i = Grid.GlobalIndex.X;
        float v = x[i];
        if (mode > 3)
        {
            for (int k = 0; k < mode; k++)
                v = v * v + k;
        }
        if (v > 1)
        {
            while (v > 2)
                v = v / 3 - 1;
            x[i + 1] = v;
        }
        x[i] = v;
    }

    /// <summary>A sum in a loop: one multiply-add, two addresses, and nothing moved.</summary>
    public static void Dot(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int n)
    {
        int row = Grid.GlobalIndex.X;
        float sum = 0;
        for (int k = 0; k < n; k++)
            sum = MathF.FusedMultiplyAdd(a[row * n + k], b[k], sum);
        c[row] = sum;
    }

    /// <summary>Two values that change places in every round.</summary>
    public static void Fibonacci(ArrayView<long> x)
    {
        long a = 0, b = 1;
        for (int n = (int)x[Grid.GlobalIndex.X]; n > 0; n--)
            (a, b) = (b, a + b);
        x[Grid.GlobalIndex.X] = a;
    }

    /// <summary>A tree over shared memory.</summary>
    public static void SharedSum(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(64);
        int i = Group.IdxX;
        sums[i] = x[Grid.GlobalIndex.X];
        Group.Barrier();
        for (int half = 32; half > 0; half /= 2)
        {
            if (i < half)
                sums[i] += sums[i + half];
            Group.Barrier();
        }
        if (i == 0)
            y[Grid.IdxX] = sums[0];
    }

    /// <summary>Shared memory whose size the launch says.</summary>
    public static void DynamicShared(ArrayView<int> x)
    {
        ArrayView<int> shared = SharedMemory.GetDynamic<int>();
        shared[Group.IdxX] = x[Grid.GlobalIndex.X];
        Group.Barrier();
        x[Grid.GlobalIndex.X] = shared[Group.DimX - 1 - Group.IdxX];
    }

    /// <summary>What a whole group finds out together.</summary>
    public static void Votes(ArrayView<int> x)
    {
        int v = x[Grid.GlobalIndex.X];
        bool all = Group.BarrierAnd(v > 0), any = Group.BarrierOr(v > 100);
        int count = Group.BarrierPopCount(v == 7);
        MemoryFence.DeviceLevel();
        x[Grid.GlobalIndex.X] = (all ? 1 : 0) + (any ? 2 : 0) + count * 4 + Group.Broadcast(v, 5);
    }

    /// <summary>A sum over a warp, lane by lane.</summary>
    public static void WarpSum(ArrayView<float> x)
    {
        float v = x[Grid.GlobalIndex.X];
        for (int mask = 16; mask > 0; mask /= 2)
            v += Warp.ShuffleXor(v, mask);
        x[Grid.GlobalIndex.X] = v;
    }

    /// <summary>A shuffle among those who came, of 64 bits, from a lane that is computed.</summary>
    public static void DivergentShuffle(ArrayView<long> x)
    {
        int i = Grid.GlobalIndex.X;
        long v = x[i];
        if (v > 0)
        {
            v = Warp.Shuffle(v, (int)v);
            Warp.Barrier();
        }
        x[i] = v;
    }

    /// <summary>Atomics: those whose result nobody needs, an exchange, and a float's minimum, which is a loop.</summary>
    public static void Atomics(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Group.IdxX;
        Atomic.Add(ref x[0], i);
        Atomic.Max(ref x[1], i);
        x[i + 3] = Atomic.CompareExchange(ref x[2], 0, i);
        Atomic.Min(ref y[0], y[i + 1]);
    }

    /// <summary>An array that a thread keeps in registers.</summary>
    public static void LocalArray(ArrayView<float> x)
    {
        ArrayView<float> a = LocalMemory.Allocate<float>(4);
        int i = Grid.GlobalIndex.X;
        for (int k = 0; k < 4; k++)
            a[k] = x[4 * i + k];
        for (int k = 0; k < 4; k++)
            x[4 * i + k] = a[3 - k] * (k + 1);
    }

    /// <summary>One round of Philox: the upper halves of 64-bit products.</summary>
    public static void PhiloxRound(ArrayView<uint> x)
    {
        int i = 4 * Grid.GlobalIndex.X;
        ulong p = 0xD2511F53UL * x[i], q = 0xCD9E8D57UL * x[i + 2];
        uint a = (uint)(q >> 32) ^ x[i + 1] ^ 0x9E3779B9u, c = (uint)(p >> 32) ^ x[i + 3] ^ 0xBB67AE85u;
        (x[i], x[i + 1], x[i + 2], x[i + 3]) = (a, (uint)q, c, (uint)p);
    }

    /// <summary>PTX written by hand: a register that is read and written, and an address in shared memory.</summary>
    public static unsafe void Assembly(ArrayView<float> x)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = 1;
        Input<ulong> address = (ulong)Unsafe.AsPointer(ref shared[Group.IdxX]);
        Ref<float> value = x[Group.IdxX];
        CudaAsm.EmitRef("""
            {
                .reg .u64 a;
                .reg .f32 t;
                cvta.to.shared.u64 a, %1;
                ld.shared.f32 t, [a];
                ex2.approx.f32 %0, t;
            }
            """, ref value, ref address);
        x[Group.IdxX] = value.Value;
    }

    /// <summary>As many groups side by side as the launcher asks for.</summary>
    [SideBySide(4)]
    public static void Bounded(ArrayView<float> x) => x[Grid.GlobalIndex.X] *= 2;

    /// <summary>A function that PTX has no instruction for, compiled from C#.</summary>
    public static void LibraryTanh(ArrayView<float> x)
    {
        int i = Grid.GlobalIndex.X;
        x[i] = MathF.Tanh(x[i]);
    }
}
