namespace VaeGpu.Gpu.Inspection;

/// <summary>A call of a function whose bits depend on the device: <c>MathF.Exp</c> and its like.</summary>
/// <param name="Function">Its name, such as Exp.</param>
/// <param name="Place">The C# method, file and line.</param>
public sealed record LibraryCall(string Function, string Place);

/// <summary>Finds calls of functions of the device's own library in kernels.</summary>
public static class LibraryCalls
{
    /// <summary>The calls of a kernel on fp32 numbers, and of all that it calls; each place once.</summary>
    /// <exception cref="KernelCompilationException">The language does not allow something in the kernel.</exception>
    public static IReadOnlyList<LibraryCall> Of(MethodInfo kernel) =>
    [
        .. new KernelSource(kernel).Imported.Body.All()
            .Where(i => i.Op is >= Op.Exp and <= Op.Pow && i.Type == IrType.F32)
            .Select(i => new LibraryCall(i.Op.ToString(), i.Location?.ToString() ?? kernel.Name)).Distinct(),
    ];
}
