using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Exchange;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Memory;

namespace VaeGpu.Tests.Exchange;

/// <summary>ONNX Runtime gives what the CPU device gives.</summary>
public sealed class OnnxTests
{
    private const int Rows = 3;
    private const double Tolerance = 1e-5;
    private static readonly Backend Cpu = Backend.Open("cpu", 1);

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    private static IEnumerable<string> Models => Exported.All.Select(model => model.Name);

    [TestCaseSource(nameof(Models))]
    public void ONNX_Runtime_gives_the_outputs_of_the_CPU_device(string name)
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, name);
        ModelExport.Write(Cpu.Accelerator, ExportFormat.Onnx, scratch["onnx"], exported.Run, exported.Parameters);
        ModelConfiguration model = exported.Run.Model;
        var random = new Random(5);
        float[] data = Data(exported, random), latent = Normal(random, Rows * model.Latent);
        byte[] labels = [.. Enumerable.Range(0, Rows).Select(row => (byte)(row * 2 % Math.Max(1, model.Classes)))];
        CompareEncoder(scratch["onnx/encoder.onnx"], exported, data, labels);
        CompareDecoder(scratch["onnx/decoder.onnx"], exported, latent, labels);
        CompareSampler(scratch["onnx/sampler.onnx"], exported, latent, labels);
    }

    [Test]
    public void A_file_says_of_which_run_it_is()
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, "conditional mlp, network");
        ModelExport.Write(Cpu.Accelerator, ExportFormat.Onnx, scratch["onnx"], exported.Run, exported.Parameters);
        using var sampler = new OnnxSession(scratch["onnx/sampler.onnx"]);
        Assert.That(sampler.Metadata["vaegpu.configuration"], Does.Contain("\"prior\":\"network\""));
        Assert.That(sampler.Inputs, Is.EquivalentTo(new[] { "noise", "label" }));
    }

    private static void CompareEncoder(string path, Exported exported, float[] data, byte[] labels)
    {
        int d = exported.Run.Model.Latent;
        using var inference = new BatchInference(Cpu.Accelerator, exported.Run.Model, exported.Parameters, Rows);
        inference.PutLabels(labels, 0, Rows);
        inference.Data.CopyFromCPU(data);
        inference.Vae.Encode(inference.Data, Rows);
        float[] encoded = DeviceArrays.Read(inference.Vae.Encoder.Output, Rows * 2 * d);
        using var session = new OnnxSession(path);
        var outputs = session.Run(Rows, Inputs(exported, data, labels));
        Close(outputs["mean"], Columns(encoded, 2 * d, 0, d), "mean");
        Close(outputs["log_variance"], Columns(encoded, 2 * d, d, 2 * d), "log_variance");
    }

    private static void CompareDecoder(string path, Exported exported, float[] latent, byte[] labels)
    {
        using var session = new OnnxSession(path);
        var outputs = session.Run(Rows, ("z", latent), ("label", Codes(labels)));
        CompareWithDecoder(exported, latent, labels, outputs);
    }

    private static void CompareSampler(string path, Exported exported, float[] noise, byte[] labels)
    {
        using var session = new OnnxSession(path);
        var outputs = session.Run(Rows, ("noise", noise), ("label", Codes(labels)));
        using var generation = new Generation(Cpu.Accelerator, exported.Run.Model, exported.Parameters);
        float[] latent = generation.FromPriorUnits(noise, labels, default);
        Close(outputs["z"], latent, "z");
        CompareWithDecoder(exported, latent, labels, outputs);
    }

    /// <summary>Compares the mean, and each parameter by what the likelihood makes of it in float64.</summary>
    private static void CompareWithDecoder(Exported exported, float[] latent, byte[] labels, Dictionary<string, float[]> outputs)
    {
        ModelConfiguration model = exported.Run.Model;
        VaeShape shape = model.Shape;
        using var generation = new Generation(Cpu.Accelerator, model, exported.Parameters);
        float[] decoded = generation.DecodeExamples(latent, default, model.Classes > 0 ? labels : null);
        int size = model.DataDimensions, n = shape.Numbers;
        if (shape.Categories.Count > 0)
            Assert.That(outputs["categories"], Is.EqualTo(Columns(decoded, size, n, size)));
        if (shape.Symbols > 0)
            Assert.That(outputs["symbols"], Is.EqualTo(decoded.Select(symbol => MathF.Round(255 * symbol))));
        else if (n > 0)
            Close(outputs["mean"], Columns(decoded, size, 0, n), "mean");
        foreach (var (name, expected) in DecoderParameters.Of(Cpu.Accelerator, exported, latent, labels))
            Close(outputs[name], expected, name);
    }

    private static (string Name, Array Values)[] Inputs(Exported exported, float[] data, byte[] labels)
    {
        VaeShape shape = exported.Run.Model.Shape;
        int size = shape.DataDimensions;
        return
        [
            ("x", Columns(data, size, 0, shape.Numbers)), ("label", Codes(labels)),
            ("categories", Array.ConvertAll(Columns(data, size, shape.Numbers, size), code => (long)code)),
            ("symbols", Array.ConvertAll(data, symbol => (long)MathF.Round(255 * symbol))),
        ];
    }

    private static float[] Data(Exported exported, Random random)
    {
        VaeShape shape = exported.Run.Model.Shape;
        return [.. Enumerable.Range(0, Rows * shape.DataDimensions).Select(i => i % shape.DataDimensions is var column
            && column >= shape.Numbers ? random.Next(shape.Categories[column - shape.Numbers])
            : shape.Symbols > 0 ? random.Next(shape.Symbols) / 255f : random.NextSingle())];
    }

    private static float[] Normal(Random random, int count) =>
    [
        .. Enumerable.Range(0, count)
            .Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))),
    ];

    private static long[] Codes(byte[] labels) => Array.ConvertAll(labels, label => (long)label);

    private static float[] Columns(float[] matrix, int width, int first, int end) =>
        [.. matrix.Where((_, i) => i % width >= first && i % width < end)];

    private static void Close(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        Compare.Close(actual, i => expected[i], Tolerance, scale: 1, what);
    }
}
