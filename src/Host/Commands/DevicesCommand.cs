namespace VaeGpu.Host.Commands;

/// <summary>The command "devices": what --device can be, and what was found but cannot be used.</summary>
internal static class DevicesCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("devices", "Lists the devices that --device can name, and those that cannot be used, with the reason.");
        command.SetAction(_ =>
        {
            var entries = Backend.List();
            var width = entries.Max(entry => Label(entry).Length);
            foreach (var entry in entries.OrderBy(entry => entry.Refusal is not null))
                terminal.Output.WriteLine($"{Label(entry).PadRight(width)}  {Text(entry)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Text(DeviceEntry entry) => entry.Refusal is null ? entry.Name : $"{entry.Name}: {entry.Refusal}";

    private static string Label(DeviceEntry entry) => entry.Refusal is null ? entry.Spec : "refused";
}
