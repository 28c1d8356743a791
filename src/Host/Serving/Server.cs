using System.Net;
using VaeGpu.Host.Commands;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Serving;

/// <summary>Runs on one device, and the server that shows them.</summary>
internal sealed class Server : IDisposable
{
    private readonly Terminal terminal;
    private readonly Backend backend;
    private readonly DeviceQueue queue = new();
    private readonly ServedRun[] runs;
    private WebServer? web;

    /// <param name="folders">The folders of the runs.</param>
    /// <param name="machine">The device.</param>
    /// <param name="terminal">Where failures are told.</param>
    /// <param name="load">Loads the data of a run.</param>
    public Server(IReadOnlyList<string> folders, Machine machine, Terminal terminal, Func<RunConfiguration, DataSplit> load)
    {
        this.terminal = terminal;
        backend = Backend.Open(machine.Device, machine.Threads);
        string[] names = RunNames.Of(folders);
        runs = [.. folders.Select((folder, i) => new ServedRun(
            names[i], folder, backend.Accelerator, queue, load))];
    }

    /// <summary>Runs with their own data, which is at <paramref name="data"/> where it has moved.</summary>
    public static Server OfRuns(IReadOnlyList<string> folders, string? data, Machine machine, Terminal terminal) =>
        new(folders, machine, terminal, run => RunData.Own(run, Loading.Options(machine), data));

    /// <summary>
    /// Serves the run of a training in this process; null where that was not asked for. The model is shown on the processor, and the
    /// training's device is left alone.
    /// </summary>
    /// <exception cref="IOException">The port is in use, or the address is not this machine's.</exception>
    public static Server? OfTraining(Listening? where, string folder, DataSplit data, Terminal terminal)
    {
        if (where is null)
            return null;
        var server = new Server([folder], new Machine("cpu", Threads: 1, Memory: null), terminal, _ => data);
        try
        {
            terminal.Output.WriteLine($"page    {server.Listen(where)}");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The runs, in the order of their folders.</summary>
    public IReadOnlyList<ServedRun> Runs => runs;

    /// <summary>Begins to serve.</summary>
    /// <returns>What to open in a browser.</returns>
    /// <exception cref="IOException">The port is in use, or the address is not this machine's.</exception>
    public string Listen(Listening where)
    {
        web = WebServer.Start(runs, where, e => Failures.Tell(terminal.Error, $"error: a request failed: {e.Message} ({e.GetType().Name})"))
            .GetAwaiter().GetResult();
        // The first run is shown first; whoever asks meets the model on the device.
        _ = runs[0].Latest(default).ContinueWith(_ => { }, TaskScheduler.Default);
        // An address that stands for all of the machine's own is none to be opened.
        string url = where.Address.Equals(IPAddress.Any) || where.Address.Equals(IPAddress.IPv6Any)
            ? $"http://{Dns.GetHostName()}:{new Uri(web.Url).Port}"
            : web.Url;
        return where.Token is null ? url : $"{url}/#token={where.Token}";
    }

    public void Dispose()
    {
        web?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        queue.Dispose();
        Array.ForEach(runs, run => run.Dispose());
        backend.Dispose();
    }
}
