using System.CommandLine;
using System.Diagnostics;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// Another process that burns one core as long as this object lives: this program again, started with another command.
/// </summary>
internal sealed class BusyNeighbor : IDisposable
{
    private const string Argument = "busy-neighbor";
    private readonly Process process;

    public BusyNeighbor()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "VaeGpu.Bench");
        process = Process.Start(new ProcessStartInfo(File.Exists(program) ? program : Environment.ProcessPath!, Argument)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardOutput.ReadLine();
    }

    /// <summary>The command of the child, which is not for people.</summary>
    public static Command Create()
    {
        var command = new Command(Argument, "Burns a core until standard input ends") { Hidden = true };
        command.SetAction(_ => Burn());
        return command;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>What the child does: it computes until its standard input ends, so it cannot outlive its parent.</summary>
    private static int Burn()
    {
        bool burning = true;
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            Volatile.Write(ref burning, false);
        }).Start();
        Console.WriteLine("busy");
        while (Volatile.Read(ref burning))
        {
        }
        return 0;
    }
}
