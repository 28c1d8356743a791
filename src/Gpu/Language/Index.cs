namespace VaeGpu.Gpu;

/// <summary>A one-dimensional index or extent.</summary>
public readonly record struct Index1D(int X)
{
    /// <summary>The number of elements that an extent of this size spans.</summary>
    public int Size => X;

    public static implicit operator int(Index1D index) => index.X;
    public static implicit operator Index1D(int index) => new(index);
}

/// <summary>A two-dimensional index or extent; X runs fastest.</summary>
public readonly record struct Index2D(int X, int Y)
{
    /// <summary>The number of elements that an extent of this size spans.</summary>
    public int Size => X * Y;
}

/// <summary>A three-dimensional index or extent; X runs fastest.</summary>
public readonly record struct Index3D(int X, int Y, int Z)
{
    /// <summary>The number of elements that an extent of this size spans.</summary>
    public int Size => X * Y * Z;

    // The first three are short forms that ILGPU has not: for this project's tests and src/Gpu itself (VocabularyTests).
    public static implicit operator Index3D(int extent) => new(extent, 1, 1);
    public static implicit operator Index3D(Index1D extent) => new(extent.X, 1, 1);
    public static implicit operator Index3D((int X, int Y) extent) => new(extent.X, extent.Y, 1);
    public static implicit operator Index3D((int X, int Y, int Z) extent) => new(extent.X, extent.Y, extent.Z);
}
