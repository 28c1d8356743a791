using Microsoft.Win32.SafeHandles;

namespace VaeGpu.Training.Files;

/// <summary>
/// Opens files for reading. Pipes, sockets and devices have no length; they are not opened, since a read of them may wait, or go on,
/// forever.
/// </summary>
internal static class RegularFile
{
    /// <summary>Opens a file that has content.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is empty, a pipe, a socket or a device, or the system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path) => OpenRead(path, bufferSize: 4096);

    /// <summary>The same with a buffer of so many bytes, or none.</summary>
    /// <inheritdoc cref="OpenRead(string)"/>
    public static FileStream OpenRead(string path, int bufferSize)
    {
        ThrowIfWithoutContent(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize);
    }

    /// <summary>The same without a stream.</summary>
    /// <inheritdoc cref="OpenRead(string)"/>
    public static SafeFileHandle OpenHandle(string path)
    {
        ThrowIfWithoutContent(path);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The content of a file that has some.</summary>
    /// <inheritdoc cref="OpenRead(string)"/>
    public static byte[] ReadAllBytes(string path)
    {
        ThrowIfWithoutContent(path);
        return File.ReadAllBytes(path);
    }

    private static void ThrowIfWithoutContent(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
            file = (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
        if (file is { Exists: true, Length: 0 })
            throw new IOException("it is empty, or it is a pipe, a socket or a device");
    }
}
