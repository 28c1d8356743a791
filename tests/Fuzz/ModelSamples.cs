using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using VaeGpu.Kernels.Devices;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Exchange;

namespace VaeGpu.Fuzz;

/// <summary>Small sound files of models: whole, of other metadata, and of another array.</summary>
internal static class ModelSamples
{
    private const string Metadata = "__metadata__", Configuration = "vaegpu.configuration", Checksum = "vaegpu.xxh128";
    private const string Weights = "encoder.0.weight.npy";

    /// <summary>The device that models are laid out on.</summary>
    public static Backend Cpu { get; } = Backend.Open("cpu", 1);

    public static Sample[] Safetensors(string folder)
    {
        byte[] file = Written(ExportFormat.Safetensors, folder);
        int length = BitConverter.ToInt32(file);
        JsonObject header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        header[Metadata]!.AsObject().Remove(Checksum);
        byte[] configuration = Encoding.UTF8.GetBytes(header[Metadata]![Configuration]!.GetValue<string>());
        return [new(file), new(Encoding.UTF8.GetBytes(header.ToJsonString()), WithHeader), new(configuration, WithConfiguration)];

        byte[] WithHeader(byte[] json) => [.. BitConverter.GetBytes((long)json.Length), .. json, .. file.AsSpan(8 + length)];

        byte[] WithConfiguration(byte[] json)
        {
            JsonObject other = header.DeepClone().AsObject();
            other[Metadata]![Configuration] = Encoding.UTF8.GetString(json);
            return WithHeader(Encoding.UTF8.GetBytes(other.ToJsonString()));
        }
    }

    public static Sample[] Npz(string folder)
    {
        byte[] file = Written(ExportFormat.Npz, folder);
        using var archive = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        using Stream weights = archive.GetEntry(Weights)!.Open();
        using var content = new MemoryStream();
        weights.CopyTo(content);
        return [new(file), new(content.ToArray(), WithWeights)];

        byte[] WithWeights(byte[] array)
        {
            using var changed = new MemoryStream();
            changed.Write(file);
            using (var archive = new ZipArchive(changed, ZipArchiveMode.Update, leaveOpen: true))
            {
                archive.GetEntry($"{Checksum}.txt")!.Delete();
                archive.GetEntry(Weights)!.Delete();
                using Stream entry = archive.CreateEntry(Weights).Open();
                entry.Write(array);
            }
            return changed.ToArray();
        }
    }

    private static byte[] Written(ExportFormat format, string folder)
    {
        using var vae = new Vae(Cpu.Accelerator, RunSamples.Run.Model.Shape, 1, trains: false);
        var parameters = new float[vae.Parameters.Layout.Length];
        foreach (var slice in vae.Parameters.Layout.Slices)
        {
            for (int i = slice.Offset; i < slice.Offset + slice.Length; i++)
                parameters[i] = MathF.Sin(i);
        }
        string path = Path.Combine(folder, format.DefaultName);
        ModelExport.Write(Cpu.Accelerator, format, path, RunSamples.Run, parameters);
        return File.ReadAllBytes(path);
    }
}
