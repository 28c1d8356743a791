using System.CommandLine;

namespace VaeGpu.Host.Commands;
internal static class DevicesCommand { public static Command Create(Terminal terminal) => new("devices", "Lists the devices."); }
