using System.Security.Cryptography;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Kernels.Devices;

/// <summary>
/// Remembers which devices this version of the program was checked on, each by a small file in a folder: another build, device or driver
/// has another file. Where the folder cannot be written, nothing is remembered.
/// </summary>
public sealed class CheckedDevices(string folder)
{
    /// <summary>Those of the user.</summary>
    public static CheckedDevices OfUser => new(Path.Combine(UserCache.Folder, "checked"));

    /// <summary>Whether the device needs no check: it passed one, or is what others are checked against.</summary>
    public bool Contains(Accelerator accelerator) =>
        DeviceKind.Of(accelerator) is var kind && (kind == DeviceKind.Cpu || kind.IsForChecking || File.Exists(PathOf(accelerator)));

    /// <summary>Remembers that the device passed.</summary>
    public void Add(Accelerator accelerator)
    {
        if (Contains(accelerator))
            return;
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(PathOf(accelerator), Identity(accelerator));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next training asks for the check again.
        }
    }

    public void Remove(Accelerator accelerator)
    {
        try
        {
            File.Delete(PathOf(accelerator));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted could not be written either.
        }
    }

    /// <summary>The device's file.</summary>
    private string PathOf(Accelerator accelerator) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Identity(accelerator)))) + ".txt");

    /// <summary>What a result is good for: the compilers and kernels, their shapes, the device and its driver.</summary>
    private static string Identity(Accelerator accelerator)
    {
        Type[] parts = [typeof(EngineAccelerator), typeof(CheckedDevices), typeof(Context)];
        return string.Join('\n', (string[])
        [
            DeviceKind.Of(accelerator).Name, accelerator.Name, Backend.DriverOf(accelerator), Tunable.Values(DeviceTuning.For(accelerator)),
            .. parts.Select(part => $"{part.Assembly.GetName().Name} {part.Assembly.ManifestModule.ModuleVersionId}"),
        ]);
    }
}
