namespace VaeGpu.Tests.OpenCL;

/// <summary>The first OpenCL device, for the tests of a class; they are skipped with the reason where there is none.</summary>
public abstract class OpenCLFixture
{
    private Context context = null!;

    internal OpenCL12Accelerator Accelerator { get; private set; } = null!;

    [OneTimeSetUp]
    public void Open()
    {
        context = Context.Create(builder => builder.OpenCL12());
        if (context.GetDevices<OpenCL12Device>().Count == 0)
            Assert.Ignore("No OpenCL device: " + string.Join(" ", OpenCL12Device.Search().Refusals));
        Accelerator = (OpenCL12Accelerator)context.Devices[0].CreateAccelerator(context);
    }

    [OneTimeTearDown]
    public void Close()
    {
        Accelerator?.Dispose();
        context.Dispose();
    }
}
