namespace VaeGpu.Host.Commands;

/// <summary>What a command computes with. No result depends on it but by the device's name.</summary>
/// <param name="Device">The device as <see cref="DeviceSpec"/> reads it.</param>
/// <param name="Threads">Threads of the CPU device and of loading; 0 for one for each core.</param>
/// <param name="Memory">Bytes of pictures that are kept in memory; null for the default.</param>
/// <param name="Place">The number of this process among those that share the machine.</param>
internal sealed record Machine(string Device, int Threads, long? Memory, int Place = 0)
{
    /// <summary>The open device.</summary>
    public Backend OpenDevice() => Backend.Open(Device, Threads, Place);
}

/// <summary>The options of a <see cref="Machine"/>.</summary>
/// <param name="loadsData">Whether the command loads data.</param>
internal sealed class MachineOptions(bool loadsData = true)
{
    private readonly Option<string> device = CommonOptions.Device();
    private readonly Option<int> threads = CommonOptions.Threads();
    private readonly Option<long?> memory = CommonOptions.Memory();

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => loadsData ? [device, threads, memory] : [device, threads];

    /// <summary>What was asked for.</summary>
    public Machine Read(ParseResult result) =>
        new(result.GetRequiredValue(device), result.GetValue(threads), loadsData ? result.GetValue(memory) : null);
}
