using VaeGpu.Host.Serving;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The command "train" as the command line sees it.</summary>
internal sealed class TrainCommand : Command
{
    private readonly TrainingOptions options = new();
    private readonly Option<string?> output = OptionOf.Text(
        "--out", "folder", "Folder for the run's files [default: a new folder under runs]");
    private readonly Option<bool> overwrite = CommonOptions.Overwrite("a run");
    private readonly Option<KeptCheckpoints> keep = KeepOption.Create();
    private readonly Option<bool> tensorBoard = new("--tensorboard")
    {
        Description = "Also write losses and pictures to the folder as TensorBoard reads them: tensorboard --logdir FOLDER",
    };
    private readonly Option<bool> serve = new("--serve") { Description = "Serve a web page of the run while it trains, as \"serve\" does" };
    private readonly ListeningOptions where = new();
    private readonly Option<string> reduce = OptionOf.Choice(
        "--reduce", "kind", ReduceKind.Exact,
        "How processes of mpirun add gradients up, always with the same bits (exact) or by NCCL in any order (fast)");
    private readonly Option<bool> resume = new("--resume")
    {
        Description = "Continue the run in --out with its own settings; only --epochs, --patience, --data, --device, --threads, "
            + "--memory, --reduce, --tensorboard and --serve may be given",
    };

    /// <param name="terminal">Where to write.</param>
    /// <param name="stop">Ends the training after the step under way.</param>
    /// <param name="open">Finds the processes that train together; null for those that this one was started with.</param>
    public TrainCommand(Terminal terminal, CancellationToken stop, Func<ICommunicator?>? open = null)
        : base("train", "Trains a model, evaluates it after every epoch, and writes checkpoint, metrics and pictures to a folder.")
    {
        foreach (Option option in (Option[])
        [
            .. options.OfTheData, output, overwrite, resume, keep, .. options.OfTheTraining, tensorBoard, serve, .. where.All, reduce,
        ])
            Add(option);
        SetAction(result =>
        {
            using ICommunicator? communicator = (open ?? Communicators.FromEnvironment)();
            if (communicator is null && result.Chosen<ReduceKind>(reduce) == ReduceKind.Fast)
                throw new UsageException("--reduce fast goes with several processes: start them with mpirun, mpiexec or srun.");
            return RankedRun.Execute(communicator, terminal, ranks => result.GetValue(resume)
                ? TrainProgram.Resume(ReadResume(result), ranks, stop)
                : TrainProgram.Start(ReadStart(result), ranks, stop));
        });
    }

    private TrainRequest ReadStart(ParseResult result) => options.Read(result) with
    {
        Out = result.GetValue(output), Overwrite = result.GetValue(overwrite), Keep = result.GetValue(keep) ?? new(),
        Watch = ReadWatch(result), Reduce = result.Chosen<ReduceKind>(reduce),
    };

    private ResumeRequest ReadResume(ParseResult result)
    {
        Option[] fixedByTheRun =
        [
            .. options.OfTheData.Append(overwrite).Append(keep).Concat(options.OfTheTraining)
                .Except([options.Data, options.Epochs, options.Patience, .. options.Machine.All]),
        ];
        if (Array.Find(fixedByTheRun, result.Gave) is { } given)
            throw new UsageException($"{given.Name} cannot be given with --resume: the run continues with its own settings.");
        return new ResumeRequest(
            result.GetValue(output) ?? throw new UsageException("--resume goes with --out, the folder of the run to continue."),
            result.GetValue(options.Data),
            result.Gave(options.Epochs) ? result.GetValue(options.Epochs) : null,
            result.Gave(options.Patience) ? result.GetValue(options.Patience) : null,
            options.Machine.Read(result),
            ReadWatch(result),
            result.Chosen<ReduceKind>(reduce));
    }

    private Watch ReadWatch(ParseResult result) => new(result.GetValue(tensorBoard), ReadServe(result));

    private Listening? ReadServe(ParseResult result)
    {
        if (result.GetValue(serve))
            return where.Read(result);
        return where.All.FirstOrDefault(result.Gave) is { } given
            ? throw new UsageException($"{given.Name} goes with --serve.")
            : null;
    }
}
