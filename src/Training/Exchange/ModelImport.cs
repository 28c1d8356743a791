using System.Numerics.Tensors;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>A model that was read from a file of another program.</summary>
/// <param name="Configuration">Its configuration.</param>
/// <param name="Parameters">Its parameters, as checkpoints hold them.</param>
/// <param name="Notes">What a person should know of how it was read.</param>
public sealed record ImportedModel(RunConfiguration Configuration, float[] Parameters, IReadOnlyList<string> Notes)
{
    /// <summary>Writes it as the run of a folder that has not trained yet; <c>train --resume</c> begins with its parameters.</summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    /// <param name="overwrite">Whether a run that is there is replaced.</param>
    /// <exception cref="RunException">The folder holds a run, or cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be written; what was in the folder is still there.</exception>
    public void Save(string folder, bool overwrite = false)
    {
        using var run = RunFolder.Create(folder, overwrite);
        run.Put(UntrainedRun.Of(Configuration, Parameters));
    }
}

/// <summary>Reads models from .safetensors and .npz files. Nothing in a file is executed, and nothing is read in part.</summary>
public static class ModelImport
{
    /// <summary>Reads a model that <see cref="ModelExport"/> wrote, the VAE of PyTorch's examples, or another state dict.</summary>
    /// <param name="accelerator">A device that the model is laid out on; the processor is enough.</param>
    /// <param name="path">The file.</param>
    /// <param name="like">A run of such a model; null for the configuration in the file.</param>
    /// <exception cref="RunException">The file cannot be read, is damaged, or has other tensors than the model.</exception>
    public static ImportedModel Read(Accelerator accelerator, string path, RunConfiguration? like = null)
    {
        using TensorFile file = TensorFile.Open(path);
        StoredTensor[] stored = file.Tensors;
        RunConfiguration? run = like ?? ModelMetadata.ConfigurationIn(file, path);
        if (PytorchExample.Is(stored))
        {
            run ??= PytorchExample.Configuration(stored, accelerator);
            stored = PytorchExample.Renamed(stored);
        }
        if (run is null)
        {
            throw new RunException(
                $"\"{path}\" does not say of what model its {stored.Length} tensors are; name a run of such a model with --like.");
        }
        stored = ForeignNames.Renumbered(stored);
        ThrowIfOtherSize(path, run.Model, stored);
        float[] parameters = Read(accelerator, path, run.Model, stored);
        return like is not null || ModelMetadata.Fits(file, parameters)
            ? new(run, parameters, [.. Converted(stored)])
            : throw ModelMetadata.Changed(path);
    }

    /// <summary>No memory is taken for a model much larger than the file.</summary>
    private static void ThrowIfOtherSize(string path, ModelConfiguration model, StoredTensor[] stored)
    {
        double numbers = stored.Sum(tensor => (double)tensor.Length);
        int[] widths = [.. model.Hidden, .. model.Convolutions, model.Latent, model.Classes, model.DataDimensions, .. model.Categories];
        if (model.Hidden.Count + model.Convolutions.Count > stored.Length || widths.Any(width => width > numbers)
            || Laid(path, () => model.Shape.Layers.LargestMatrix(
                model.Shape, model.Likelihood.Outputs(model.Shape.LikelihoodSettings), batch: 0)) > 4 * numbers)
            throw new RunException($"\"{path}\" has {stored.Length} tensors of {numbers} numbers, and the model has more.");
    }

    private static float[] Read(Accelerator accelerator, string path, ModelConfiguration model, StoredTensor[] stored)
    {
        using Vae vae = Laid(path, () => new Vae(accelerator, model.Shape, 1, trains: false));
        var torch = new TorchModel(vae);
        var named = stored.ToDictionary(tensor => tensor.Name);
        if (torch.Tensors.FirstOrDefault(tensor => !named.ContainsKey(tensor.Name)) is { } missing)
            throw new RunException($"\"{path}\" has no tensor \"{missing.Name}\", which the model has.");
        if (named.Keys.Except(torch.Tensors.Select(tensor => tensor.Name)).FirstOrDefault() is { } surplus)
            throw new RunException($"\"{path}\" has the tensor \"{surplus}\", which the model does not have.");
        var parameters = new float[torch.Length];
        foreach (TorchTensor tensor in torch.Tensors)
        {
            StoredTensor from = named[tensor.Name];
            if (!from.Shape.AsSpan().SequenceEqual(tensor.Shape))
            {
                throw new RunException($"\"{path}\": the tensor \"{tensor.Name}\" has the shape {from.ShapeInWords}, and that of the model "
                    + $"has {StoredTensor.InWords(tensor.Shape)}.");
            }
            float[] numbers = Numbers(path, from);
            if (!TensorPrimitives.IsFiniteAll<float>(numbers))
                throw new RunException($"\"{path}\": the tensor \"{tensor.Name}\" has a number that is infinite or not a number.");
            tensor.Put(numbers, parameters);
        }
        return parameters;
    }

    private static float[] Numbers(string path, StoredTensor tensor)
    {
        try
        {
            return tensor.Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TensorFile.Unreadable(path, e);
        }
    }

    /// <summary>What sizes in a file lead to, where they are not those of a model.</summary>
    private static T Laid<T>(string path, Func<T> lay)
    {
        try
        {
            return lay();
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new RunException($"\"{path}\" has the configuration of a model that cannot be: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Converted(StoredTensor[] tensors) => tensors.GroupBy(tensor => tensor.Type)
        .Where(type => type.Key is not ("F32" or "<f4"))
        .Select(type => FormattableString.Invariant($"{type.Count()} tensors of type {type.Key} were converted to float32"));
}
