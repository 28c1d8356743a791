namespace VaeGpu.Gpu.Runtime;

/// <summary>A device of an OpenCL driver.</summary>
public sealed class OpenCLDevice : Device
{
    public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;

    internal static void Find(List<Device> devices, List<DeviceRefusal> refusals) { }

    public override Accelerator CreateAccelerator(Context context) => throw new NotSupportedException();
}
