using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public const string DefaultParent = "runs";

    public static Option<string?> Device() => new("--device")
    {
        Description = "The device: cpu, opencl or opencl:n, numbered as \"vaegpu devices\" lists them [default: the fastest]",
        HelpName = "device",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (!Devices.IsValid(text))
                result.AddError($"--device takes cpu, opencl or opencl:n, not \"{text}\"; \"vaegpu devices\" lists what there is.");
            return text;
        },
    };

    public static Option<int> Threads() => Options.Number(
        "--threads", "n", 1, 1024, "Threads of the cpu device and of loading [default: one for each core]");

    public static Option<string?> Run()
    {
        var option = Options.Text("--run", "folder", "The run's folder, as \"train\" left it");
        option.Required = true;
        return option;
    }

    public static Option<bool> Overwrite(string what) => new("--overwrite") { Description = $"Replace {what} that is there already" };
}
