namespace VaeGpu.Gpu.Runtime;

/// <summary>The checking interpreter as a device.</summary>
public sealed class InterpreterDevice : Device
{
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    internal static InterpreterDevice Create(int warpSize) => throw new NotSupportedException($"{warpSize}");

    public override Accelerator CreateAccelerator(Context context) => throw new NotSupportedException();
}
