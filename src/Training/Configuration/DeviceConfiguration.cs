namespace VaeGpu.Training.Configuration;

/// <summary>The device that a run was trained on.</summary>
/// <param name="Asked">The specification that was asked for, such as "auto".</param>
/// <param name="Kind">The <see cref="DeviceKind"/> that it was, such as "cpu".</param>
/// <param name="Name">Its name.</param>
public sealed record DeviceConfiguration(string Asked, string Kind, string Name)
{
    /// <summary>Describes an open device.</summary>
    public static DeviceConfiguration Of(string asked, Accelerator accelerator) =>
        new(asked, DeviceKind.Of(accelerator).Name, accelerator.Name);
}
