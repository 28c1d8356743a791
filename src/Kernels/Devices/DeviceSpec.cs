namespace VaeGpu.Kernels.Devices;

/// <summary>The kinds of device that can be asked for.</summary>
public enum DeviceKind
{
    /// <summary>The fastest there is: a CUDA device, else an OpenCL GPU, else the processor.</summary>
    Auto,
    Cpu,
    OpenCL,
    Cuda,
    Interpreter,
}

/// <summary>
/// A device as it is asked for: <c>auto</c>, <c>cpu</c>, <c>opencl[:n]</c>, <c>cuda[:n]</c> or <c>interpreter</c>, n counting from 0.
/// </summary>
public readonly record struct DeviceSpec(DeviceKind Kind, int Index)
{
    /// <summary>Reads a specification.</summary>
    /// <exception cref="FormatException">It is none; the message names those there are.</exception>
    public static DeviceSpec Parse(string text)
    {
        string[] parts = text.Trim().Split(':');
        DeviceKind? kind = parts[0].ToUpperInvariant() switch
        {
            "AUTO" => DeviceKind.Auto,
            "CPU" => DeviceKind.Cpu,
            "OPENCL" => DeviceKind.OpenCL,
            "CUDA" => DeviceKind.Cuda,
            "INTERPRETER" => DeviceKind.Interpreter,
            _ => null,
        };
        int index = 0;
        bool counted = kind is DeviceKind.OpenCL or DeviceKind.Cuda;
        bool wellFormed = parts.Length == 1
            || (parts.Length == 2 && counted && int.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out index));
        return kind is { } known && wellFormed
            ? new(known, index)
            : throw new FormatException($"\"{text}\" is no device; say auto, cpu, cuda, cuda:1, opencl, opencl:1 or interpreter.");
    }

    /// <inheritdoc/>
    public override string ToString() => Kind.ToString().ToLowerInvariant() + (Index > 0 ? $":{Index}" : "");
}

/// <summary>A line of the list of devices.</summary>
/// <param name="Spec">What to ask for it by; empty where it cannot be used.</param>
/// <param name="Name">Its name.</param>
/// <param name="Refusal">Why it cannot be used; null where it can.</param>
public sealed record DeviceEntry(string Spec, string Name, string? Refusal);

/// <summary>A device that was asked for and is not there; the message says what there is.</summary>
public sealed class DeviceNotFoundException(string message) : Exception(message);
