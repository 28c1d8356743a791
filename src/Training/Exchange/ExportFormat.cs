using VaeGpu.Training.Exchange.Onnx;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>The formats of other programs that models are written in, by name.</summary>
public sealed class ExportFormat : Choice<ExportFormat>
{
    private ExportFormat(
        string defaultName, Action<string, ExportedModel> write, string[]? files = null, [CallerMemberName] string member = "")
        : base(member) => (DefaultName, Write, Files, IsFolder) = (defaultName, write, files ?? [""], files is not null);

    /// <summary>A state dict of PyTorch as a .safetensors file.</summary>
    public static ExportFormat Safetensors { get; } = new(
        "model.safetensors", (path, model) => SafetensorsFile.Write(path, model.Metadata, model.Torch.Tensors, model.Parameters));

    /// <summary>The same tensors as an archive of NumPy.</summary>
    public static ExportFormat Npz { get; } = new(
        "model.npz", (path, model) => NpzFile.Write(path, model.Metadata, model.Torch.Tensors, model.Parameters));

    /// <summary>Encoder, decoder and sampler as .onnx files.</summary>
    public static ExportFormat Onnx { get; } = new("onnx", OnnxFormat.Write, OnnxFormat.Files);

    /// <summary>The name of the file, or of the folder, where nothing else is said.</summary>
    public string DefaultName { get; }

    /// <summary>Whether the format has several files, which are put in a folder.</summary>
    public bool IsFolder { get; }

    /// <summary>The files in the folder; an empty name where the path is that of the only file.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Writes a model to a path.</summary>
    internal Action<string, ExportedModel> Write { get; }
}

/// <summary>A model that is exported.</summary>
/// <param name="Torch">Its networks and tensors.</param>
/// <param name="Run">What it followed from.</param>
/// <param name="Parameters">Its parameters, as checkpoints hold them.</param>
internal sealed record ExportedModel(TorchModel Torch, RunConfiguration Run, float[] Parameters)
{
    /// <summary>What files say of it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = ModelMetadata.Of(Run, Parameters);
}
