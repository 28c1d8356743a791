using VaeGpu.Host.Commands;

namespace VaeGpu.Host;

/// <summary>Data that is loaded beside other work.</summary>
internal sealed class Loading : IProgress<LoadingProgress>
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250), Line = TimeSpan.FromSeconds(30);
    private readonly Task<DataSplit> data;
    private int done, all;

    private Loading(Machine machine, Func<LoadingOptions, DataSplit> load)
    {
        var how = Options(machine) with { Progress = this };
        data = Task.Run(() => load(how));
    }

    /// <summary>The threads and the memory of a machine.</summary>
    public static LoadingOptions Options(Machine machine)
    {
        var how = new LoadingOptions { Threads = machine.Threads > 0 ? machine.Threads : Environment.ProcessorCount };
        return machine.Memory is { } bytes ? how with { Memory = bytes } : how;
    }

    /// <summary>Begins to load.</summary>
    /// <param name="machine">The threads and the memory.</param>
    /// <param name="load">Loads the data.</param>
    public static Loading Start(Machine machine, Func<LoadingOptions, DataSplit> load) => new(machine, load);

    /// <summary>The data, when it is loaded. What takes long is reported, and so is what was skipped or assumed.</summary>
    /// <exception cref="DataException">It cannot be used.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for, which does not wait for the data.</exception>
    public DataSplit Result(Terminal terminal, CancellationToken stop)
    {
        var shown = "";
        while (Task.WaitAny([data], (int)(terminal.Interactive ? Glance : Line).TotalMilliseconds, stop) < 0)
        {
            if (Volatile.Read(ref all) == 0)
                continue;
            string line = string.Create(CultureInfo.InvariantCulture, $"loading {Volatile.Read(ref done):N0} of {all:N0} pictures");
            if (terminal.Interactive)
                terminal.Output.Write($"\r{shown = line}");
            else
                terminal.Output.WriteLine(line);
            terminal.Output.Flush();
        }
        if (shown.Length > 0)
            terminal.Output.Write($"\r{new string(' ', shown.Length)}\r");
        var loaded = data.GetAwaiter().GetResult();
        terminal.Tell(loaded.Notes);
        return loaded;
    }

    /// <inheritdoc/>
    public void Report(LoadingProgress progress)
    {
        // Threads report in any order; the difference cannot be seen.
        Volatile.Write(ref done, progress.Done);
        Volatile.Write(ref all, progress.All);
    }
}
