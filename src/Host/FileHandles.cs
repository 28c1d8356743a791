using Microsoft.Win32.SafeHandles;

namespace VaeGpu.Host;

/// <summary>
/// The files that this process may have open. Too few are seen as any other failure, such as a missing assembly. Uses the core library
/// alone, so that nothing has to be loaded.
/// </summary>
internal static class FileHandles
{
    /// <summary>More than any step of the program opens at once.</summary>
    private const int Enough = 16;

    /// <summary>What to do where they are few.</summary>
    public const string Remedy = "This process may not open as many files as it needs; allow more, for example with \"ulimit -n 1024\".";

    /// <summary>Whether so few are left that a failure must come of it.</summary>
    public static bool AreFew()
    {
        // No list: it would have to be loaded.
        var open = new SafeFileHandle?[Enough];
        try
        {
            for (var i = 0; i < Enough; i++)
                open[i] = File.OpenHandle(Environment.ProcessPath!);
            return false;
        }
        // The program itself may have been replaced or removed since it began.
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            foreach (SafeFileHandle? handle in open)
                handle?.Dispose();
        }
    }
}
