namespace VaeGpu.Kernels;

/// <summary>Four neighboring floats, read or written by one access of 16 bytes on a GPU.</summary>
public struct Float4
{
    public float X, Y, Z, W;
}
