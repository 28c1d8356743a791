using System.CommandLine;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Tables;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Bench.CommandLine;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Quick(string description = "Take fewer and shorter samples") => new("--quick") { Description = description };

    public static Option<string?> Device()
    {
        Option<string?> option = Text("--device", "DEVICE", "Measure this device alone, as \"vaegpu devices\" names it");
        option.Validators.Add(result =>
        {
            try
            {
                DeviceSpec.Parse(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError($"--device: {e.Message}");
            }
        });
        return option;
    }

    public static Option<string?> Page() =>
        Text("--out", "FILE", "Also write the tables to this file, into the places that it marks for them");

    public static Option<bool> AllowUnquiet() => new("--allow-unquiet")
    {
        Description = "Write unquiet figures into a folder \"docs\", too",
    };

    /// <summary>Some of <paramref name="names"/>, separated by commas.</summary>
    public static Option<string[]> Only(string unit, string description, string[] names) => new("--only")
    {
        HelpName = $"{unit},…",
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            string[] asked = result.Tokens[0].Value.Split(',');
            if (Array.Find(asked, name => !names.Contains(name)) is { } unknown)
                result.AddError($"--only: there is no {unit.ToLowerInvariant()} \"{unknown}\"; there are {string.Join(", ", names)}.");
            return asked;
        },
    };

    public static Option<string?> Text(string name, string unit, string description) => new(name)
    {
        HelpName = unit, Description = description, Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>How much is measured.</summary>
    public static Effort EffortOf(bool quick) => quick ? Effort.Quick : Effort.Full;

    /// <summary>The page of <see cref="Page()"/>; null where none was asked for.</summary>
    public static Page? PageAt(string? path) => path is null ? null : new Page(path);
}
