namespace VaeGpu.CudaEmulator.Machine;

/// <summary>The special registers that the machine knows (PTX ISA, "Special Registers"); all are .u32.</summary>
internal static class PtxSpecial
{
    private static readonly string[] Names =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z",
        "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z",
        "%laneid", "%warpid", "%nwarpid", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt",
        "%dynamic_smem_size",
    ];

    public static bool Knows(string name) => Names.Contains(name);

    /// <summary>True for names that the ISA keeps for itself, known to the machine or not.</summary>
    public static bool IsReserved(string name) =>
        Names.Any(known => known.Split('.')[0] == name)
        || name is "%smid" or "%nsmid" or "%gridid" or "%clock" or "%clock_hi" or "%clock64" or "%globaltimer" or "%total_smem_size"
            or "WARP_SZ";

    /// <summary>The value for a lane of a warp.</summary>
    public static uint Value(string name, PtxGroup group, int thread)
    {
        (int x, int y, int z) = group.ThreadAt(thread);
        int lane = thread & 31;
        return name switch
        {
            "%tid.x" => (uint)x,
            "%tid.y" => (uint)y,
            "%tid.z" => (uint)z,
            "%ntid.x" => (uint)group.Shape.X,
            "%ntid.y" => (uint)group.Shape.Y,
            "%ntid.z" => (uint)group.Shape.Z,
            "%ctaid.x" => (uint)group.Index.X,
            "%ctaid.y" => (uint)group.Index.Y,
            "%ctaid.z" => (uint)group.Index.Z,
            "%nctaid.x" => (uint)group.Grid.X,
            "%nctaid.y" => (uint)group.Grid.Y,
            "%nctaid.z" => (uint)group.Grid.Z,
            "%laneid" => (uint)lane,
            "%warpid" => (uint)(thread >> 5),
            "%nwarpid" => (uint)((group.Threads + 31) / 32),
            "%lanemask_eq" => 1u << lane,
            "%lanemask_le" => (uint)((2ul << lane) - 1),
            "%lanemask_lt" => (1u << lane) - 1,
            "%lanemask_ge" => ~((1u << lane) - 1),
            "%lanemask_gt" => ~(uint)((2ul << lane) - 1),
            "%dynamic_smem_size" => (uint)group.DynamicSharedBytes,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no special register"),
        };
    }
}
