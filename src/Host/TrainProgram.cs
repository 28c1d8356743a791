using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Host.Progress;
using VaeGpu.Host.Serving;
using VaeGpu.Training;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Files;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Host;

/// <summary>The command "train": sets a run up, trains with progress, leaves the pictures.</summary>
internal static class TrainProgram
{
    public static int Start(TrainRequest request, Ranks ranks, CancellationToken stop)
    {
        var terminal = ranks.Terminal;
        request = request with { Machine = ranks.Share(request.Machine) };
        using var folder = ranks.IsFirst ? Open(request) : null;
        using var requested = RequestedTraining.Open(request, terminal, stop);
        var (backend, data) = (requested.Backend, requested.Data);
        using var devices = ranks.OnDevices(backend.Accelerator, request.Reduce);
        using var trainer = new Trainer(
            backend.Accelerator, requested.Configuration, data, communicator: devices ?? ranks.Communicator);
        if (folder is null)
            return Follow(trainer, devices, stop);
        stop.ThrowIfCancellationRequested();
        using Server? server = Server.OfTraining(request.Watch.Serve, folder.Path, data, terminal);
        folder.Clear();
        int code = Train(trainer, folder, backend, data, (server, request.Watch.TensorBoard), terminal, stop);
        devices?.Complete();
        if (data.Train.Caveat(requested.Configuration.Model.Likelihood, request.Binarization) is { } caveat)
            terminal.Error.WriteLine($"note: {caveat}");
        return code;
    }

    public static int Resume(ResumeRequest request, Ranks ranks, CancellationToken stop)
    {
        var terminal = ranks.Terminal;
        request = request with { Machine = ranks.Share(request.Machine) };
        using var folder = ranks.IsFirst ? RunFolder.Resume(request.Folder) : null;
        string checkpoint = RunFolder.CheckpointIn(request.Folder);
        var run = CheckpointFile.ReadHeader(checkpoint).Configuration;
        var dataFolder = request.Data ?? run.Data.Folder;
        var loading = Loading.Start(request.Machine, how => RunData.Load(run, request.Data, how));
        using var backend = request.Machine.OpenDevice();
        var data = loading.Result(terminal, stop);
        var configuration = run with
        {
            Training = run.Training with
            {
                Epochs = request.Epochs ?? run.Training.Epochs, Patience = request.Patience ?? run.Training.Patience,
            },
            Data = DataConfiguration.Of(dataFolder, data, run.Data.Binarization, run.Data.Options),
            Device = DeviceConfiguration.Of(request.Machine.Device, backend.Accelerator),
        };
        RequestedTraining.Possible(run.Training.Precision, request.Machine.Device, backend, terminal, "this run continues");
        using var devices = ranks.OnDevices(backend.Accelerator, request.Reduce);
        using var trainer = new Trainer(backend.Accelerator, configuration, data, communicator: devices ?? ranks.Communicator);
        trainer.Restore(checkpoint);
        if (folder is null)
            return Follow(trainer, devices, stop);
        stop.ThrowIfCancellationRequested();
        using Server? server = Server.OfTraining(request.Watch.Serve, folder.Path, data, terminal);
        int code = Train(trainer, folder, backend, data, (server, request.Watch.TensorBoard), terminal, stop);
        devices?.Complete();
        return code;
    }

    /// <summary>What the processes behind the first one do: they train with it, and it writes.</summary>
    private static int Follow(Trainer trainer, IDeviceCommunicator? devices, CancellationToken stop)
    {
        while (trainer.TrainEpoch(new Observers(), stop) is not null)
        {
        }
        devices?.Complete();
        return trainer.IsDone ? ExitCode.Done : ExitCode.Stopped;
    }

    private static void AskForCheck(Backend backend, Terminal terminal)
    {
        if (!CheckedDevices.OfUser.Contains(backend.Accelerator))
        {
            terminal.Error.WriteLine($"note: this version has not been checked on {backend.Spec} ({backend.Accelerator.Name}); "
                + $"run: vaegpu check --device {backend.Spec}");
        }
    }

    private static RunFolder Open(TrainRequest request)
    {
        if (request is { Data: { } data, Out: { } output } && Directory.Exists(data) && RealPath.IsWithin(output, data))
            throw new UsageException("--out lies in --data, so that the run's pictures would become data; name another folder with --out.");
        if (request.Out is null)
            return RunFolder.CreateFresh(CommonOptions.DefaultParent, DateTime.Now);
        try
        {
            return RunFolder.Create(request.Out, request.Overwrite);
        }
        catch (RunExistsException e)
        {
            throw new UsageException(
                $"{e.Message} {(e.HasCheckpoint ? "Go on with --resume, replace it" : "Replace them")} with --overwrite, "
                + "or name another folder with --out.");
        }
    }

    /// <summary>Trains in a folder, with progress, and leaves the pictures.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Train(
        Trainer trainer, RunFolder folder, Backend backend, DataSplit data, (Server? Server, bool TensorBoard) watch, Terminal terminal,
        CancellationToken stop)
    {
        AskForCheck(backend, terminal);
        Introduce(trainer, folder, terminal.Output);
        using EventFile? events = watch.TensorBoard ? new EventFile(folder.Path, trainer.Steps) : null;
        var done = terminal.Interactive
            ? LiveProgress.Show(terminal.Output, live => Execute(live, live.Say))
            : Execute(new PlainProgress(terminal.Output), terminal.Error.WriteLine);
        if (done)
            TellOfBest(trainer, terminal.Output);
        WritePictures(trainer, folder, data.Test, terminal);
        if (done)
        {
            terminal.Output.WriteLine($"done: {folder.Path}");
            return ExitCode.Done;
        }
        terminal.Output.WriteLine($"stopped; continue with: vaegpu train --resume --out \"{folder.Path}\"");
        return ExitCode.Stopped;

        bool Execute(ITrainingObserver shown, Action<string> warn) =>
            TrainingRun.Execute(
                trainer, folder, Logged(Served(new RanksProgress(new WatchedProgress(shown, data, warn), trainer, warn))), stop);

        ITrainingObserver Logged(ITrainingObserver watched) => events is null
            ? watched
            : new Observers(watched, new TensorBoardLog(events, () => RunPictures.Encoded(trainer, data.Test)));

        ITrainingObserver Served(ITrainingObserver watched) =>
            watch.Server is null ? watched : new ServedProgress(watched, watch.Server.Runs[0]);
    }

    private static void Introduce(Trainer trainer, RunFolder folder, TextWriter output)
    {
        var (model, data, format) = (trainer.Configuration.Model, trainer.Configuration.Data, trainer.Configuration.Format);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"data    {data.Name}: {data.Train:N0} {format.Examples} to train on, {data.Test:N0} held out, {format.SizeInWords}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"model   {RequestedModel.InWords(model)}, {trainer.ParameterCount:N0} parameters, {OptionName.Of(model.Likelihood)}"));
        output.WriteLine($"device  {trainer.Configuration.Device.Kind}: {trainer.Configuration.Device.Name}");
        output.WriteLine($"folder  {folder.Path}");
        output.WriteLine(ProgressText.Legend(trainer.Configuration));
    }

    private static void TellOfBest(Trainer trainer, TextWriter output)
    {
        if (trainer.Best is not { } best)
            return;
        string which = string.Create(CultureInfo.InvariantCulture, $"epoch {best.Epoch}, with a test loss of {best.Test.Loss:F2}");
        if (trainer.HasStalled)
            output.WriteLine(FormattableString.Invariant(
                $"stopped early, after {trainer.History.Count} of {trainer.Configuration.Training.Epochs} epochs: the best is {which}"));
        else if (trainer.Configuration.Keep.Best)
            output.WriteLine($"the best is {which}");
    }

    /// <summary>Also after a stop: what was trained until then can be looked at.</summary>
    private static void WritePictures(Trainer trainer, RunFolder folder, ExampleSet test, Terminal terminal)
    {
        var (name, unit) = ($"{trainer.Configuration.Data.Name}: loss", trainer.Configuration.LossUnit);
        terminal.Tell(RunPictures.WriteLosses(folder.Losses(".svg"), name, unit, trainer.History));
        if (trainer.Configuration.Keep.Best && File.Exists(folder.BestCheckpoint))
            trainer.Restore(folder.BestCheckpoint);
        using var generation = trainer.Generation();
        var pictures = RunPictures.Of(trainer, generation);
        pictures.Samples(RunPictures.Count, trainer.Configuration.Training.Seed, default).Write(folder.Samples(pictures.Extension));
        pictures.Reconstructions(test, RunPictures.Count, default).Write(folder.Reconstructions(pictures.Extension));
    }
}
