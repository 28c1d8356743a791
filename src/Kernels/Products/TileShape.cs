namespace VaeGpu.Kernels.Products;

/// <summary>The tiles that <see cref="MatMul"/> is compiled with, or the blocks of <see cref="BlockedMatMul"/>, chosen by shape.</summary>
public enum TileShape
{
    Rows4,
    Rows6,
    Rows8,
    Rows12,
    Blocked,
}
