namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// <c>mma.sync.aligned.m16n8k{8,16}.row.col.f32.T.T.f32</c>: D = A·B + C. The ISA leaves order and rounding of the sums open. Here an
/// element's products are exact, are added onto C in order of k in double, and are rounded to single once. Fragments (PTX ISA, "Matrix
/// Fragments for mma.m16n8k8/k16"): with g = lane/4 and t = lane mod 4, C and D hold rows g, g+8 and columns 2t, 2t+1.
/// </summary>
internal sealed unsafe class PtxMma(int k, PtxType type, PtxSlot[] d, PtxSlot[] a, PtxSlot[] b, PtxSlot[] c) : PtxWarpSync(null)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        double* left = stackalloc double[16 * 16];
        double* right = stackalloc double[16 * 8];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane / 4;
            int t = lane % 4;
            for (int i = 0; i < a.Length; i++)
                Unpack(warp.At<uint>(a[i])[lane], left, ((g + (8 * (i & 1))) * k) + (t * Packed) + (4 * Packed * (i >> 1)), 1);
            for (int i = 0; i < b.Length; i++)
                Unpack(warp.At<uint>(b[i])[lane], right, (((t * Packed) + (4 * Packed * i)) * 8) + g, 8);
        }
        float* sums = stackalloc float[16 * 8];
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < 4; i++)
                sums[Place(lane, i)] = warp.At<float>(c[i])[lane];
        }
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                double sum = sums[(row * 8) + column];
                for (int i = 0; i < k; i++)
                    sum += left[(row * k) + i] * right[(i * 8) + column];
                sums[(row * 8) + column] = double.IsNaN(sum) ? PtxFloats.NaN : (float)sum;
            }
        }
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < 4; i++)
                warp.At<float>(d[i])[lane] = sums[Place(lane, i)];
        }
    }

    private int Packed => type == PtxType.TF32 ? 1 : 2;

    private static int Place(int lane, int i) => (((lane / 4) + (8 * (i >> 1))) * 8) + (2 * (lane % 4)) + (i & 1);

    private void Unpack(uint bits, double* matrix, int first, int step)
    {
        switch (type)
        {
            case PtxType.TF32:
                matrix[first] = BitConverter.UInt32BitsToSingle(bits & 0xFFFFE000);
                break;
            case PtxType.BF16:
                matrix[first] = BitConverter.UInt32BitsToSingle(bits << 16);
                matrix[first + step] = BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
                break;
            default:
                matrix[first] = (double)BitConverter.UInt16BitsToHalf((ushort)bits);
                matrix[first + step] = (double)BitConverter.UInt16BitsToHalf((ushort)(bits >> 16));
                break;
        }
    }
}

/// <summary>
/// <c>ldmatrix</c> of one, two or four matrices of 8×8 elements of 16 bits: lanes 8m to 8m+7 give the rows' addresses of matrix m; lane i
/// gets row i/4, columns 2(i mod 4) and the next, or with .trans those places of the transpose.
/// </summary>
internal sealed unsafe class PtxLoadMatrix(PtxAddress address, bool transposed, PtxSlot[] targets) : PtxWarpSync(null)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        ushort* matrix = stackalloc ushort[64];
        uint* results = stackalloc uint[4 * 32];
        for (int m = 0; m < targets.Length; m++)
        {
            for (int row = 0; row < 8; row++)
            {
                int lane = (8 * m) + row;
                ulong start = address.Of(warp, lane);
                if (address.Space == PtxSpace.Generic)
                {
                    start = PtxGenericSpace.To(PtxSpace.Shared, start)
                        ?? throw warp.LaneFault(PtxFaultKind.OutOfBounds, this, lane, start,
                            "ldmatrix of an address that is not in shared memory");
                }
                new ReadOnlySpan<ushort>(PtxSharedSpace.Read(warp, this, lane, start, 16), 8).CopyTo(new(matrix + (8 * row), 8));
            }
            for (int lane = 0; lane < 32; lane++)
            {
                int row = lane / 4;
                int column = 2 * (lane % 4);
                results[(32 * m) + lane] = transposed
                    ? matrix[(8 * column) + row] | ((uint)matrix[(8 * (column + 1)) + row] << 16)
                    : matrix[(8 * row) + column] | ((uint)matrix[(8 * row) + column + 1] << 16);
            }
        }
        for (int m = 0; m < targets.Length; m++)
            new ReadOnlySpan<uint>(results + (32 * m), 32).CopyTo(new(warp.At<uint>(targets[m]), 32));
    }
}
