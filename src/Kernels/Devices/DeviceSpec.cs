namespace VaeGpu.Kernels.Devices;

/// <summary>A device as it is asked for: <c>auto</c>, or a <see cref="DeviceKind"/> with its number, counting from 0.</summary>
/// <param name="Kind">The kind; null for <c>auto</c>, the fastest there is: an NVIDIA GPU, else an OpenCL GPU, else the processor.</param>
/// <param name="Index">Its place among those of its kind.</param>
public readonly record struct DeviceSpec(DeviceKind? Kind, int Index)
{
    /// <summary>Reads a specification.</summary>
    /// <exception cref="FormatException">The text names no kind of device; the message names those there are.</exception>
    public static DeviceSpec Parse(string text)
    {
        string[] parts = text.Trim().Split(':');
        if (parts is [var auto] && auto.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return new(null, 0);
        DeviceKind? kind = DeviceKind.All.FirstOrDefault(kind => kind.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        int index = 0;
        bool isWellFormed = parts.Length == 1
            || (parts.Length == 2 && kind is { IsCounted: true }
                && int.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out index));
        return kind is not null && isWellFormed
            ? new(kind, index)
            : throw new FormatException($"\"{text}\" is not a device. Use auto, {string.Join(", ", DeviceKind.All.Select(Names))}.");
    }

    /// <inheritdoc/>
    public override string ToString() => (Kind?.Name ?? "auto") + (Index > 0 ? $":{Index}" : "");

    private static string Names(DeviceKind kind) => kind.IsCounted ? $"{kind.Name} ({kind.Name}:1, …)" : kind.Name;
}

/// <summary>A line of the list of devices.</summary>
/// <param name="Spec">What to ask for it by; empty where it cannot be used.</param>
/// <param name="Name">Its name.</param>
/// <param name="Refusal">Why it cannot be used; null where it can.</param>
public sealed record DeviceEntry(string Spec, string Name, string? Refusal);

/// <summary>A device that was asked for and does not exist; the message says what there is.</summary>
public sealed class DeviceNotFoundException(string message) : Exception(message);
