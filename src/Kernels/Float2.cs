namespace VaeGpu.Kernels;

/// <summary>Two neighbouring floats, written by one access of 8 bytes on a GPU.</summary>
public struct Float2
{
    public float X, Y;
}
