namespace VaeGpu.Host.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public const string DefaultParent = "runs";

    public static Option<string> Device() => new("--device")
    {
        Description = "The device, as \"vaegpu devices\" lists it, such as cpu, cuda:1, opencl or ilgpu-cuda; auto for the fastest",
        HelpName = "device",
        DefaultValueFactory = _ => "auto",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            try
            {
                DeviceSpec.Parse(text);
            }
            catch (FormatException e)
            {
                result.AddError($"--device: {e.Message}");
            }
            return text;
        },
    };

    public static Option<int> Threads() => OptionOf.Number(
        "--threads", "n", 1, 1024, "Threads of the cpu device and for loading data [default: one for each core]");

    public static Option<long?> Memory() => OptionOf.Bytes(
        "--memory", "Pictures that are kept in memory, at most; more are kept in a temporary file [default: a third of what is free]");

    public static Option<uint> Seed(string of) => OptionOf.Number("--seed", "n", 1u, 0u, uint.MaxValue, $"Seed of {of}");

    public static Option<bool> Overwrite(string what) => new("--overwrite") { Description = $"Replace {what} that exists already" };
}
