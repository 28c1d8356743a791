namespace VaeGpu.Bench.Measuring;

/// <summary>The options that the commands share.</summary>
internal sealed record Arguments(bool Quick, string? Out, string[] Only, string? Device)
{
    /// <summary>How much is measured.</summary>
    public Effort Effort => Quick ? Effort.Quick : Effort.Full;

    /// <summary>The options, or null, with a line on the error stream, where they are not understood.</summary>
    public static Arguments? Parse(string[] args)
    {
        var parsed = new Arguments(false, null, [], null);
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--quick":
                    parsed = parsed with { Quick = true };
                    break;
                case "--out" when value is not null:
                    parsed = parsed with { Out = value };
                    i++;
                    break;
                case "--only" when value is not null:
                    parsed = parsed with { Only = value.Split(',') };
                    i++;
                    break;
                case "--device" when value is not null:
                    parsed = parsed with { Device = value };
                    i++;
                    break;
                default:
                    Console.Error.WriteLine(
                        $"error: what is \"{args[i]}\"? There are --quick, --only part,…, --device device, --out file.");
                    return null;
            }
        }
        return parsed;
    }
}
