using System.Net;
using VaeGpu.Host;
using VaeGpu.Host.Commands;
using VaeGpu.Host.Serving;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Serving;

/// <summary>Small trained runs in a folder, and a server of them at a free port: digits, digits with labels, text and a table.</summary>
internal sealed class ServedRuns : IDisposable
{
    private static readonly Dictionary<string, (Checkpoint Checkpoint, DataSplit Data)> Trained = [];
    private readonly StringWriter output = new(), error = new();
    private readonly ScratchFolder folder = new();
    private readonly Server server;

    public ServedRuns(params string[] names) : this(null, IPAddress.Loopback, names)
    {
    }

    public ServedRuns(string? token, IPAddress address, params string[] names)
    {
        foreach (string name in names)
            Put(name, name);
        server = new Server(
            [.. names.Select(name => folder[name])], new Machine("cpu", 1, null), new Terminal(output, error, Interactive: false),
            run => Trained.Values.First(one => one.Data.Name == run.Data.Name).Data);
        Url = server.Listen(new Listening(address, 0, token)).Split('#')[0].TrimEnd('/');
        Client = new HttpClient { BaseAddress = new Uri(Url) };
    }

    public string Url { get; }

    public HttpClient Client { get; }

    public ServedRun First => server.Runs[0];

    /// <summary>What the server said of failures.</summary>
    public string Errors => error.ToString();

    /// <summary>The files of the runs with what tells a change.</summary>
    public string[] Files => [.. Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
        .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O} {new FileInfo(file).Length}").Order()];

    /// <summary>The trained model of a name, and its data.</summary>
    public static (Checkpoint Checkpoint, DataSplit Data) Of(string name)
    {
        lock (Trained)
        {
            if (!Trained.TryGetValue(name, out var found))
                Trained[name] = found = Train(name);
            return found;
        }
    }

    /// <summary>Writes a run's files, as a training does.</summary>
    public void Put(string name, string model)
    {
        Checkpoint checkpoint = Of(model).Checkpoint;
        Directory.CreateDirectory(folder[name]);
        checkpoint.Header.Configuration.Write(RunFolder.ConfigurationIn(folder[name]));
        CheckpointFile.Write(RunFolder.CheckpointIn(folder[name]), checkpoint);
        MetricsCsv.Write(RunFolder.MetricsIn(folder[name]), checkpoint.Header.History);
    }

    public void Dispose()
    {
        Client.Dispose();
        server.Dispose();
        folder.Dispose();
    }

    private static (Checkpoint, DataSplit) Train(string name)
    {
        RunConfiguration plain = TinyRun.Configuration(epochs: 2);
        DataSplit data = name switch
        {
            "text" => new DataSplit("text", Lines(60), Lines(20)),
            "table" => new DataSplit("table", Rows(60), Rows(20)),
            _ => TinyRun.Data,
        };
        ModelConfiguration model = plain.Model with
        {
            Width = data.Format.Width, Height = data.Format.Height, Likelihood = data.Format.DefaultLikelihood,
            LikelihoodOptions = data.Format is TextFormat text
                ? new LikelihoodOptions { Classes = text.Symbols, Symbols = true }
                : plain.Model.LikelihoodOptions,
            Categories = (data.Format as TableFormat)?.Categories ?? [],
            Classes = name == "labels" ? 10 : 0,
        };
        RunConfiguration run = plain with { Model = model, Data = DataConfiguration.Of(null, data) };
        if (name == "other")
            run = run with { Training = run.Training with { Seed = 11, Epochs = 3 } };
        return (TinyRun.Train(run, data: data), data);
    }

    private static TextSet Lines(int count) =>
        new([.. Enumerable.Range(0, count * 4).Select(i => (byte)(i * 7 % 11 % 4))], null, " abc", 4);

    private static TableSet Rows(int count) => new(
        [.. Enumerable.Range(0, count).SelectMany(i => (float[])[MathF.Sin(i), MathF.Cos(i), i % 3])], null,
        new TableFormat(
            [new ColumnScale("height", 170, 10), new ColumnScale("weight", 70, 8) { Position = 1 }],
            [new ColumnCategories("color", ["red", "green", "blue"], 0) { Position = 2 }]));
}
