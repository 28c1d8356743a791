using ILGPU.Runtime.Cuda;

namespace VaeGpu.Kernels.Products;

/// <summary>What products on tensor cores need besides the multiplication: addresses, asynchronous copies, <c>ldmatrix</c>.</summary>
/// <remarks>PTX ISA, "Data Movement and Conversion Instructions": <c>cp.async</c> and <c>ldmatrix</c>; compute capability 8.0.</remarks>
internal static class TensorInstructions
{
    /// <summary>Where dynamic shared memory begins, in the shared space.</summary>
    public static unsafe uint SharedAddress(ArrayView<float> view)
    {
        CudaAsm.Emit("{ .reg .u64 address; cvta.to.shared.u64 address, %1; cvt.u32.u64 %0, address; }", out uint shared,
            (ulong)Unsafe.AsPointer(ref view[0]));
        return shared;
    }

    /// <summary>Where a view begins, in the global space.</summary>
    public static unsafe ulong GlobalAddress<T>(ArrayView<T> view) where T : unmanaged
    {
        CudaAsm.Emit("cvta.to.global.u64 %0, %1;", out ulong global, (ulong)Unsafe.AsPointer(ref view[0]));
        return global;
    }

    /// <summary>Starts the copy of 16 bytes, past the first-level cache; zeros, unread, where <paramref name="inside"/> is false.</summary>
    public static void CopySixteen(uint shared, ulong global, bool inside) =>
        CudaAsm.Emit("cp.async.cg.shared.global [%0], [%1], 16, %2;", shared, global, inside ? 16u : 0u);

    /// <summary>Starts the copy of 4 bytes likewise.</summary>
    public static void CopyFour(uint shared, ulong global, bool inside) =>
        CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", shared, global, inside ? 4u : 0u);

    /// <summary>Ends a group of copies.</summary>
    public static void Commit() => CudaAsm.Emit("cp.async.commit_group;");

    /// <summary>
    /// Four squares of 8 rows of 16 bytes. Lane l gives the address of row l % 8 of square l / 8, and gets of each square word l % 4 of row
    /// l / 4.
    /// </summary>
    public static void LoadSquares(uint address, ArrayView<uint> words, int at)
    {
        Input<uint> row = address;
        Output<uint> w0 = default, w1 = default, w2 = default, w3 = default;
        CudaAsm.EmitRef("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];", ref w0, ref w1, ref w2, ref w3, ref row);
        words[at] = w0.Value;
        words[at + 1] = w1.Value;
        words[at + 2] = w2.Value;
        words[at + 3] = w3.Value;
    }
}
