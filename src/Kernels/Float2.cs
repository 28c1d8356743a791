namespace VaeGpu.Kernels;

/// <summary>Two neighboring floats, written by one access of 8 bytes on a GPU.</summary>
public struct Float2
{
    public float X, Y;
}
