using Google.Protobuf;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>
/// A model as three files of ONNX (onnx.ai) in a folder. The version of the format and of the operators are those of 2022, which ONNX
/// Runtime 1.12 and all later ones read.
/// </summary>
internal static class OnnxFormat
{
    public const int IrVersion = 8, Opset = 17;

    /// <summary>The files.</summary>
    public static string[] Files { get; } = ["encoder.onnx", "decoder.onnx", "sampler.onnx"];

    /// <summary>Writes the files to a folder, all or none.</summary>
    /// <exception cref="RunException">A layer or an activation has no counterpart, or a file would have 2 GB or more.</exception>
    /// <exception cref="IOException">A file cannot be written; those that were not there before are removed.</exception>
    public static void Write(string folder, ExportedModel model)
    {
        var parts = new OnnxParts(model);
        Func<OnnxGraph>[] graphs = [parts.Encoder, parts.Decoder, parts.Sampler];
        bool isNew = !Directory.Exists(folder);
        var written = new List<string>();
        try
        {
            foreach (var (name, graph) in Files.Zip(graphs))
            {
                string path = Path.Combine(folder, name);
                if (!File.Exists(path))
                    written.Add(path);
                var file = graph().Model(model.Metadata.Where(text => ModelMetadata.Names.Contains(text.Key)));
                AtomicFile.Write(path, file.WriteTo);
            }
        }
        catch
        {
            written.ForEach(File.Delete);
            if (isNew && Directory.Exists(folder))
                Directory.Delete(folder);
            throw;
        }
    }
}
