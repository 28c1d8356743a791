using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Exchange;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Exchange;

/// <summary>A model that was exported comes back as it was.</summary>
public sealed class RoundTripTests
{
    private static readonly Backend Cpu = Backend.Open("cpu", 1);
    private static readonly ExportFormat[] Formats = [ExportFormat.Safetensors, ExportFormat.Npz];

    private static readonly string[] Models =
    [
        "mlp gaussian-shared", "conv bernoulli", "conv in color, a mixture", "conditional conv, network", "table of numbers and categories",
        "text", "mlp without hidden layers",
    ];

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    [Test]
    public void Parameters_and_configuration_come_back_bit_for_bit(
        [ValueSource(nameof(Formats))] ExportFormat format, [ValueSource(nameof(Models))] string name)
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, name);
        float[] parameters = WithoutPadding(exported);
        string path = scratch["a model.file"];
        ModelExport.Write(Cpu.Accelerator, format, path, exported.Run, parameters);
        ImportedModel model = ModelImport.Read(Cpu.Accelerator, path);
        Compare.Bits(model.Parameters, parameters, "parameters");
        RunConfiguration withoutPath = exported.Run with { Data = exported.Run.Data with { Folder = "data" } };
        Assert.That((model.Configuration, model.Notes), Is.EqualTo((withoutPath, Array.Empty<string>())));
    }

    [Test]
    public void The_same_model_gives_the_same_bytes([ValueSource(nameof(Formats))] ExportFormat format)
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, "conv bernoulli");
        foreach (string name in (string[])["a", "b"])
            ModelExport.Write(Cpu.Accelerator, format, scratch[name], exported.Run, exported.Parameters);
        Assert.That(File.ReadAllBytes(scratch["a"]), Is.EqualTo(File.ReadAllBytes(scratch["b"])));
    }

    [Test]
    public void Files_of_both_formats_hold_the_same_numbers()
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, "conditional conv, conditional");
        foreach (ExportFormat format in Formats)
            ModelExport.Write(Cpu.Accelerator, format, scratch[format.DefaultName], exported.Run, exported.Parameters);
        using var tensors = TensorFile.Open(scratch["model.safetensors"]);
        using var arrays = TensorFile.Open(scratch["model.npz"]);
        Assert.That(
            arrays.Tensors.Select(tensor => (tensor.Name, tensor.ShapeInWords)),
            Is.EqualTo(tensors.Tensors.Select(tensor => (tensor.Name, tensor.ShapeInWords))));
        foreach (var (tensor, array) in tensors.Tensors.Zip(arrays.Tensors))
            Compare.Bits(array.Read(), tensor.Read(), tensor.Name);
    }

    /// <summary>The padding between tensors is 0 in a model, and is in no file.</summary>
    private static float[] WithoutPadding(Exported exported)
    {
        using var vae = new VaeGpu.Layers.Models.Vae(Cpu.Accelerator, exported.Run.Model.Shape, 1, trains: false);
        var parameters = new float[exported.Parameters.Length];
        foreach (var slice in vae.Parameters.Layout.Slices)
            exported.Parameters.AsSpan(slice.Offset, slice.Length).CopyTo(parameters.AsSpan(slice.Offset));
        return parameters;
    }
}
