using Microsoft.Win32.SafeHandles;

namespace VaeGpu.Host;

/// <summary>The standard error without the console, which may lack the files that it needs. Uses the core library alone.</summary>
internal static class StandardError
{
    private const int Descriptor = 2;

    /// <summary>One for all texts: it keeps the place in a file itself.</summary>
    private static FileStream? error;

    /// <summary>Writes text; where that cannot be there is nobody to tell.</summary>
    public static void Write(string text)
    {
        try
        {
            error ??= new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            error.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
        }
    }
}
