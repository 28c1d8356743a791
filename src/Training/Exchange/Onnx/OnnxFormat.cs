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
    private const int Buffer = 1 << 20;

    /// <summary>The files.</summary>
    public static string[] Files { get; } = ["encoder.onnx", "decoder.onnx", "sampler.onnx"];

    /// <summary>Writes the files to a folder, all or none.</summary>
    /// <exception cref="RunException">A layer or an activation has no counterpart, or a file would have 2 GB or more.</exception>
    /// <exception cref="IOException">A file cannot be written; those that were not there before are removed.</exception>
    public static void Write(string folder, ExportedModel model)
    {
        var parts = new OnnxParts(model);
        var metadata = model.Metadata.Where(text => ModelMetadata.Names.Contains(text.Key)).ToArray();
        bool isNew = !Directory.Exists(folder);
        string[] paths = [.. Files.Select(name => Path.Combine(folder, name))], fresh = [.. paths.Where(path => !File.Exists(path))];
        try
        {
            Func<OnnxGraph>[] graphs = [parts.Encoder, parts.Decoder, parts.Sampler];
            // The disk takes one file while another is made.
            Task.WhenAll(paths.Zip(graphs, (path, graph) => Task.Run(() => Write(path, graph().Model(metadata)))))
                .GetAwaiter().GetResult();
        }
        catch
        {
            foreach (string path in fresh.Where(File.Exists))
                File.Delete(path);
            if (isNew && Directory.Exists(folder))
                Directory.Delete(folder);
            throw;
        }
    }

    private static void Write(string path, IMessage file) => AtomicFile.Write(path, stream =>
    {
        using var output = new CodedOutputStream(stream, Buffer, leaveOpen: true);
        file.WriteTo(output);
    });
}
