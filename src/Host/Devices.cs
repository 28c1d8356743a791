namespace VaeGpu.Host;

internal sealed class Backend(string spec, Accelerator accelerator, Context context) : IDisposable
{
    public string Spec => spec;
    public Accelerator Accelerator => accelerator;
    public void Dispose() { accelerator.Dispose(); context.Dispose(); }
}

internal static class Devices
{
    public static bool IsValid(string spec) => spec is "cpu" || spec.StartsWith("opencl", StringComparison.Ordinal);
    public static Backend Open(string? spec, int threads)
    {
        var context = Context.Create(b => { if (spec is null or "cpu") b.CPU(threads, 0); else b.OpenCL(); });
        return new(spec ?? "cpu", context.Devices[0].CreateAccelerator(context), context);
    }
}
