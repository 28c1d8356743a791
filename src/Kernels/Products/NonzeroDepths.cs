namespace VaeGpu.Kernels.Products;

/// <summary>Lists the depths at which a tile of a packed left factor is not all zero, for <see cref="SparsePanelMatMul"/>.</summary>
/// <remarks>
/// <para>packed is (panels, depth, G), as <see cref="PackPanels"/> lays out a left factor; a panel has G/R tiles of R lines. depths is
/// (panels·G/R, depth + 1): the list of each tile, its length first; depth k is listed as k·G, its place in the panel. nonfinite, a number
/// for each panel of the right factor, is set to zero, for <see cref="PackPanels.RunChecked"/>.</para>
/// <para>Threads: group x has the tiles of panel x, and a thread a line. Each depth is written at the list's end, which moves on if a vote
/// of the tile's threads says so. Costs: 4 bytes read for each number, a vote for each depth of a tile. Tests:
/// SparsePanelMatMulTests.</para>
/// </remarks>
public static class NonzeroDepths
{
    /// <summary>The tiles of a panel on a GPU, 64 lines wide, with the fewest rows.</summary>
    private const int MostTiles = 16;

    /// <summary>The kernel; launch it with a group for each panel.</summary>
    public static void Run<TTile>(ArrayView<float> packed, ArrayView<int> depths, ArrayView<int> nonfinite, int depth)
        where TTile : struct, ITile
    {
        for (int panel = Grid.IdxX * Group.DimX + Group.IdxX; panel < nonfinite.IntLength; panel += Grid.DimX * Group.DimX)
            nonfinite[panel] = 0;
        int tiles = Group.DimX / TTile.Rows, start = Grid.IdxX * tiles * (depth + 1);
        ArrayView<int> lengths = LocalMemory.Allocate<int>(MostTiles);
        for (int tile = 0; tile < MostTiles; tile++)
            lengths[tile] = 0;
        for (int k = 0; k < depth; k++)
        {
            bool isNonzero = packed[(Grid.IdxX * depth + k) * Group.DimX + Group.IdxX] != 0f;
            for (int tile = 0; tile < tiles; tile++)
            {
                if (Group.IdxX == 0)
                    depths[start + tile * (depth + 1) + 1 + lengths[tile]] = k * Group.DimX;
                lengths[tile] += Group.BarrierOr(isNonzero & Group.IdxX / TTile.Rows == tile) ? 1 : 0;
            }
        }
        for (int tile = 0; tile < tiles; tile++)
        {
            if (Group.IdxX == 0)
                depths[start + tile * (depth + 1)] = lengths[tile];
        }
    }

    /// <summary>The length of the lists of <paramref name="panels"/> panels.</summary>
    public static long Length(int panels, int depth, int groupSize, int tileRows) => (long)panels * (groupSize / tileRows) * (depth + 1);
}
