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
        using var vae = new Vae(accelerator, run.Model.Shape, 1, trains: false);
        var model = new TorchModel(vae);
        if (model.Length != parameters.Length)
            throw new RunException($"The checkpoint holds {parameters.Length} parameters where the model has {model.Length}.");
        format.Write(path, new ExportedModel(model, run with { Model = run.Model.Kept }, parameters));
    }
}
