using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>Writes trained models as files of other programs.</summary>
public static class ModelExport
{
    /// <summary>Writes the model to <paramref name="path"/>, whole or not at all.</summary>
    /// <param name="accelerator">A device that the model is laid out on; the processor is enough.</param>
    /// <param name="format">The format.</param>
    /// <param name="path">The file, or the folder where the format has several files; what is there is replaced.</param>
    /// <param name="run">The model's configuration, which the file keeps.</param>
    /// <param name="parameters">The model's parameters, as checkpoints hold them.</param>
    /// <exception cref="RunException">The parameters are not the model's, or the format cannot express it.</exception>
    /// <exception cref="IOException">A file cannot be written; older ones are as they were.</exception>
    public static void Write(Accelerator accelerator, ExportFormat format, string path, RunConfiguration run, float[] parameters)
    {
        using Vae vae = LayOut(accelerator, run);
        Write(vae, format, path, run, parameters);
    }

    /// <summary>Writes the model of a checkpoint in the same way; it is laid out while its parameters are read.</summary>
    /// <param name="format">The format.</param>
    /// <param name="path">The file, or the folder.</param>
    /// <param name="checkpoint">The checkpoint's file.</param>
    /// <param name="stop">Looked at before anything is written.</param>
    /// <returns>What the checkpoint holds apart from the parameters.</returns>
    /// <exception cref="RunException">There is no sound checkpoint, or the format cannot express its model.</exception>
    /// <exception cref="IOException">A file cannot be written; older ones are as they were.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static CheckpointHeader Write(ExportFormat format, string path, string checkpoint, CancellationToken stop = default)
    {
        using Backend cpu = Backend.Open("cpu", threads: 1);
        Task<Vae>? early = null;
        try
        {
            var (header, parameters) = CheckpointFile.ReadParameters(
                checkpoint, header => early = Task.Run(() => LayOut(cpu.Accelerator, header.Configuration)));
            stop.ThrowIfCancellationRequested();
            Write(early!.GetAwaiter().GetResult(), format, path, header.Configuration, parameters);
            return header;
        }
        finally
        {
            // Of a checkpoint that is damaged it is not said what else is wrong with its model.
            early?.ContinueWith(laid => laid.Result.Dispose(), TaskContinuationOptions.OnlyOnRanToCompletion).ContinueWith(_ => { }).Wait();
        }
    }

    private static Vae LayOut(Accelerator accelerator, RunConfiguration run) => new(accelerator, run.Model.Shape, 1, trains: false);

    private static void Write(Vae vae, ExportFormat format, string path, RunConfiguration run, float[] parameters)
    {
        var model = new TorchModel(vae);
        if (model.Length != parameters.Length)
            throw new RunException($"The checkpoint holds {parameters.Length} parameters where the model has {model.Length}.");
        format.Write(path, new ExportedModel(model, run with { Model = run.Model.Kept }, parameters));
    }
}
