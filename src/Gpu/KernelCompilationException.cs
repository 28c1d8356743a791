namespace VaeGpu.Gpu;

/// <summary>A kernel that the language does not allow. The message says what, where, and what to write instead.</summary>
public sealed class KernelCompilationException : Exception
{
    internal KernelCompilationException(string kernel, SourceLocation? location, string what, string remedy)
        : base(
            $"{(location is null || location.Method == kernel ? "" : kernel + ": ")}{location?.ToString() ?? kernel}: {what} {remedy}") =>
        (Kernel, File, Line) = (kernel, location?.File, location?.Line ?? 0);

    /// <summary>The kernel that was being compiled.</summary>
    public string Kernel { get; }

    /// <summary>The source file of the offending line, where the debug symbols tell.</summary>
    public string? File { get; }

    /// <summary>The offending line; 0 where it is not known.</summary>
    public int Line { get; }
}
