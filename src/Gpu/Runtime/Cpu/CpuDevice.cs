namespace VaeGpu.Gpu.Runtime;

/// <summary>The processor: its cores run groups, its vectors run the threads of a group.</summary>
public sealed class CpuDevice : Device
{
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    internal static CpuDevice Create(int threads, int vectorBits) => throw new NotSupportedException($"{threads} {vectorBits}");

    public override Accelerator CreateAccelerator(Context context) => throw new NotSupportedException();
}
