using VaeGpu.Host.Pictures;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Host.Commands;

/// <summary>A command that uses a trained model: it takes the run, other data, the result's file and the device.</summary>
internal sealed class ModelCommand : Command
{
    /// <summary>What files of pictures, of text and of tables end in.</summary>
    private static readonly string[] Shown = [".png", ".txt", ".csv"];
    private readonly RunArgument run = new();
    private readonly Option<string?> data = OptionOf.Text("--data", "source", "Data as for \"train\" [default: the run's held-out data]");
    private readonly Option<string?> output;
    private readonly Option<bool> overwrite = CommonOptions.Overwrite("a file");
    private readonly MachineOptions machine;

    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="takesData">Whether it can be given other data.</param>
    /// <param name="result">What it writes where by default; null where it writes no file.</param>
    public ModelCommand(string name, string description, bool takesData, string? result = null) : base(name, description)
    {
        output = OptionOf.Text("--out", "file", result ?? "");
        run.AddTo(this);
        if (takesData)
            Add(data);
        machine = new MachineOptions(loadsData: takesData);
        foreach (Option option in machine.All)
            Add(option);
        if (result is not null)
        {
            Add(output);
            Add(overwrite);
        }
    }

    /// <summary>Sets what the command does.</summary>
    public ModelCommand Does(Terminal terminal, CancellationToken stop, Action<ParseResult, Use> action)
    {
        SetAction(result =>
        {
            using var use = new Use(this, result, terminal, stop);
            action(result, use);
            return ExitCode.Done;
        });
        return this;
    }

    /// <summary>The same for a command that several processes run together.</summary>
    public ModelCommand DoesOnRanks(Terminal terminal, CancellationToken stop, Action<ParseResult, Use, Ranks> action)
    {
        SetAction(result =>
        {
            using ICommunicator? communicator = Communicators.FromEnvironment();
            return RankedRun.Execute(communicator, terminal, ranks =>
            {
                using var use = new Use(this, result, ranks.Terminal, stop, ranks.Share);
                action(result, use, ranks);
                return ExitCode.Done;
            });
        });
        return this;
    }

    /// <summary>One call of the command.</summary>
    internal sealed class Use(
        ModelCommand command, ParseResult result, Terminal terminal, CancellationToken stop, Func<Machine, Machine>? share = null)
        : IDisposable
    {
        private LoadedRun? run;
        private Machine? machine;

        /// <summary>The trained model; opened when it is first asked for.</summary>
        public LoadedRun Run => run ??= LoadedRun.Open(Folder, Machine, terminal);

        /// <summary>What the command computes with.</summary>
        public Machine Machine => machine ??= share is null ? command.machine.Read(result) : share(command.machine.Read(result));

        /// <summary>The run's folder.</summary>
        /// <exception cref="UsageException">The folder was not named, or twice.</exception>
        public string Folder => command.run.Read(result);

        /// <summary>What the run held out, or what --data names; examples without labels get <paramref name="label"/>.</summary>
        public ExampleSet Data(byte? label = null)
        {
            var images = Run.Data(DataSource, terminal, stop).Test;
            return images.Labels is null && label is { } one ? images.WithLabels([.. Enumerable.Repeat(one, images.Count)], null) : images;
        }

        /// <summary>What --data names; null where it was not given.</summary>
        public string? DataSource => result.GetValue(command.data);

        /// <summary>A file in the run's folder.</summary>
        public string InRun(string name) => Path.Combine(Folder, name);

        /// <summary>The file that was asked for, or <paramref name="name"/> in the run's folder.</summary>
        /// <exception cref="UsageException">A file is there and may not be replaced, or a folder is; or it is to be called by the
        /// name of another kind.</exception>
        public string Output(string name)
        {
            var path = result.GetValue(command.output) ?? InRun(name);
            var (own, other) = (Path.GetExtension(name), Path.GetExtension(path));
            if (own != other && Shown.Contains(own) && Shown.Contains(other))
                throw new UsageException($"--out: \"{path}\" ends in {other}, and this is a {own} file; change the extension.");
            return Free(path);
        }

        /// <summary>The table beside a result that says which example is which.</summary>
        /// <exception cref="UsageException">As for <see cref="Output"/>.</exception>
        public string Examples(string output) => Free(Path.ChangeExtension(output, ".examples.csv"));

        /// <summary>Writes what <paramref name="make"/> makes of examples of a class, by default to <paramref name="name"/>.</summary>
        /// <param name="name">The file's name without its extension.</param>
        /// <param name="label">The class.</param>
        /// <param name="make">Makes what is written.</param>
        /// <param name="shown">The examples that were shown, to be listed in a table beside the file; null for no such table.</param>
        public void Write(FormattableString name, byte? label, Func<RunPictures, IShown> make, Func<ExampleSet>? shown = null)
        {
            var pictures = Run.Pictures;
            var suffix = label is null ? "" : FormattableString.Invariant($"-label-{label}");
            var file = Output(FormattableString.Invariant(name) + suffix + pictures.Extension);
            var list = shown is null ? null : Examples(file);
            make(pictures).Write(file);
            if (list is not null)
            {
                ExamplesFile.Write(list, shown!());
                terminal.Output.WriteLine(list);
            }
            terminal.Output.WriteLine(file);
        }

        public void Dispose() => run?.Dispose();

        private string Free(string path)
        {
            if (Directory.Exists(path))
                throw new UsageException($"\"{path}\" is a folder; name a file with --out.");
            if (File.Exists(path) && !result.GetValue(command.overwrite))
                throw new UsageException($"\"{path}\" exists already; name another file with --out, or replace it with --overwrite.");
            return path;
        }
    }
}
