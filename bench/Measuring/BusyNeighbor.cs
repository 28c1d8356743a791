using System.Diagnostics;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// Another process that burns one core as long as this object lives: this program again, started with <see cref="Argument"/>.
/// </summary>
internal sealed class BusyNeighbor : IDisposable
{
    public const string Argument = "busy-neighbor";
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

    /// <summary>What the child does: it computes until its standard input ends, so it cannot outlive its parent.</summary>
    public static int Burn()
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

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
