using System.Globalization;
using System.Text.RegularExpressions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Data;
using VaeGpu.Training.Exchange;
using VaeGpu.Training.Inference;

namespace VaeGpu.Tests.Exchange;

/// <summary>Python reads what was exported; each test is skipped where its modules are missing.</summary>
public sealed partial class PythonTests
{
    private const int Images = 5;
    private static readonly Backend Cpu = Backend.Open("cpu", 1);

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    [Test]
    public void The_standard_library_reads_the_tensors()
    {
        const string Script = """
            import json, struct, sys
            data = open(sys.argv[1], "rb").read()
            length, = struct.unpack("<Q", data[:8])
            header = json.loads(data[8:8 + length])
            run = json.loads(header.pop("__metadata__")["vaegpu.configuration"])
            print(run["model"]["latent"], (8 + length) % 8)
            for name, tensor in header.items():
                begin, end = tensor["data_offsets"]
                values = struct.unpack("<%df" % ((end - begin) // 4), data[8 + length + begin:8 + length + end])
                print(name, tensor["shape"], "%.9g %.9g" % (values[0], values[-1]))
            """;
        using var scratch = new ScratchFolder();
        string path = Written(scratch, Exported.Named(Cpu.Accelerator, "conv bernoulli"), ExportFormat.Safetensors);
        string[] lines = Python.Run(Script, [path]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.EqualTo(Listed(path).Prepend("3 0")));
    }

    [Test]
    public void NumPy_reads_the_arrays()
    {
        const string Script = """
            import sys
            arrays = numpy.load(sys.argv[1])
            for name in arrays.files:
                if not name.startswith("vaegpu.") and not name.startswith("format"):
                    array = arrays[name]
                    assert array.dtype == numpy.float32 and array.flags["C_CONTIGUOUS"]
                    print(name, list(array.shape), "%.9g %.9g" % (array.flat[0], array.flat[-1]))
            print(len(arrays["vaegpu.configuration.txt"]) > 100)
            """;
        using var scratch = new ScratchFolder();
        string path = Written(scratch, Exported.Named(Cpu.Accelerator, "conv bernoulli"), ExportFormat.Npz);
        string[] lines = Python.Run($"import numpy\n{Script}", [path], "numpy").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.EqualTo(Listed(path).Append("True")));
    }

    [Test]
    public void The_module_of_the_page_computes_in_PyTorch_what_the_model_computes()
    {
        const string Use = """
            images = torch.from_numpy(numpy.load(sys.argv[1])).reshape(-1, 1, 28, 28)
            with torch.no_grad():
                mean, log_variance = vae.encode(images)
                numpy.savez(sys.argv[2], mean=mean, log_variance=log_variance, pictures=vae.decode(mean).flatten(1))
            """;
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Of(Cpu.Accelerator, Exported.OfPage);
        string path = Written(scratch, exported, ExportFormat.Npz);
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs/export.md"));
        string[] blocks = [.. Block().Matches(page.ReplaceLineEndings("\n")).Select(block => block.Groups[1].Value)];
        string load = blocks.Single(block => block.Contains("numpy.load")).Replace("runs/digits/model.npz", path);
        var random = new Random(1);
        byte[] pixels = [.. Enumerable.Range(0, Images * 784).Select(_ => (byte)random.Next(256))];
        NpyFile.Write(scratch["images.npy"], Array.ConvertAll(pixels, level => level / 255f), Images, 784);
        Python.Run($"import sys\n{blocks[0]}\n{load}\n{Use}", [scratch["images.npy"], scratch["results.npz"]], "numpy", "torch");
        using var results = TensorFile.Open(scratch["results.npz"]);
        using var generation = new Generation(Cpu.Accelerator, exported.Run.Model, exported.Parameters);
        LatentCodes codes = generation.Encode(new ImageSet(pixels, null, 28, 28), default);
        Close("mean", codes.Means, value => value);
        Close("log_variance", codes.Deviations, value => Math.Exp(0.5 * value));
        Close("pictures", generation.Decode(codes.Means, default), value => value);

        void Close(string name, float[] expected, Func<float, double> map) => Compare.Close(
            [.. results.Tensors.Single(tensor => tensor.Name == name).Read().Select(value => (float)map(value))], i => expected[i], 1e-4,
            scale: 1, name);
    }

    private static string Written(ScratchFolder scratch, Exported exported, ExportFormat format)
    {
        string path = scratch[format.DefaultName];
        ModelExport.Write(Cpu.Accelerator, format, path, exported.Run, exported.Parameters);
        return path;
    }

    /// <summary>A line for each tensor: its name, its shape, its first and its last number.</summary>
    internal static string[] Listed(string path)
    {
        using var file = TensorFile.Open(path);
        return Array.ConvertAll(file.Tensors, tensor => string.Create(
            CultureInfo.InvariantCulture, $"{tensor.Name} [{string.Join(", ", tensor.Shape)}] {Text(tensor.Read())}"));

        static string Text(float[] values) => $"{Digits(values[0])} {Digits(values[^1])}";

        static string Digits(float value) => value.ToString("G9", CultureInfo.InvariantCulture).Replace("E-", "e-");
    }

    [GeneratedRegex("^```python\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
