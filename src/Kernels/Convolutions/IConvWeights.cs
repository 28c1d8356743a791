using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>How a <see cref="Convolution"/>'s weights lie in memory: a matrix of taps·source channels by target channels.</summary>
public interface IConvWeights
{
    /// <summary>Whether the columns are padded to whole tiles.</summary>
    static abstract bool IsPadded { get; }
    /// <summary>The index of the first weight of a tile's columns.</summary>
    static abstract int Start(int firstColumn, int depth);
    /// <summary>The distance of one source channel's weights from the next one's.</summary>
    static abstract int Step<TTile>(int columns) where TTile : struct, ITile;
}

/// <summary>Row by row.</summary>
public struct DenseWeights : IConvWeights
{
    public static bool IsPadded => false;
    public static int Start(int firstColumn, int depth) => firstColumn;
    public static int Step<TTile>(int columns) where TTile : struct, ITile => columns;
}

/// <summary>In panels of a tile's columns, written by <see cref="PackPanels"/>; a group reads its panel sequentially.</summary>
public struct PackedWeights : IConvWeights
{
    public static bool IsPadded => true;
    public static int Start(int firstColumn, int depth) => firstColumn * depth;
    public static int Step<TTile>(int columns) where TTile : struct, ITile => TTile.Columns * Group.DimX;
}
