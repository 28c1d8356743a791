using System.IO.Compression;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Exchange;

namespace VaeGpu.Tests.Exchange;

/// <summary>Files that are no sound models are refused in one sentence.</summary>
public sealed class RefusalTests
{
    private static readonly Backend Cpu = Backend.Open("cpu", 1);
    private static readonly string Tensor = """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    private static TestCaseData[] Headers =>
    [
        Case("""{"a":1}""", 0, "its header has Number where StartObject belongs"),
        Case("{\"a\":", 0, "is not such JSON"),
        Case("{} {}", 0, "is not such JSON"),
        Case($"{{\"a\":{Tensor},\"a\":{Tensor}}}", 8, "names \"a\" twice"),
        Case($"{{\"a\":{Tensor},\"b\":{Tensor}}}", 8, "overlaps another, or there is a gap"),
        Case("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "there is a gap before it"),
        Case($"{{\"a\":{Tensor}}}", 7, "is incomplete: 7 bytes follow its header"),
        Case($"{{\"a\":{Tensor}}}", 9, "1 bytes follow its last tensor"),
        Case("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "\"a\" of F32 and shape [3] has the bytes 0 to 8"),
        Case("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type \"Q4\""),
        Case("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "cannot be"),
        Case("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "cannot be"),
        Case("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "has the bytes 8 to 0"),
        Case("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "has the bytes 0 to 0"),
        Case("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "lacks its dtype, shape or data_offsets"),
        Case("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "\"dtype\" twice"),
        Case("""{"__metadata__":{"a":1}}""", 0, "Number where String belongs"),
        Case("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "its metadata names \"a\" twice"),
        Case($"{{\"a\":{Tensor}}}", 8, "does not say of what model its 1 tensors are; name a run of such a model with --like"),
    ];

    private static TestCaseData[] Files =>
    [
        new TestCaseData(Array.Empty<byte>(), "it is empty").SetArgDisplayNames("empty"),
        new TestCaseData("hello"u8.ToArray(), "neither a .safetensors nor a .npz file").SetArgDisplayNames("text"),
        new TestCaseData(new byte[] { 0x80, 2, (byte)'}', (byte)'.' }, "pickled PyTorch file").SetArgDisplayNames("pickle"),
        new TestCaseData(Zip("archive/data.pkl", [0x80, 2]), "pickled PyTorch file").SetArgDisplayNames("pickle in an archive"),
        new TestCaseData(Zip("a.npy", [1, 2, 3]), "is not a .npy file").SetArgDisplayNames("an archive of something else"),
        new TestCaseData(Zip("a.txt", [1, 2, 3]), "its 0 tensors").SetArgDisplayNames("an archive without arrays"),
        new TestCaseData("PK\x3\x4 and no more"u8.ToArray(), "is no sound .npz file").SetArgDisplayNames("a cut archive"),
        new TestCaseData(
            (byte[])[.. BitConverter.GetBytes(1L << 40), (byte)'{'], "claims a header of 1099511627776 bytes")
            .SetArgDisplayNames("long header"),
        new TestCaseData((byte[])[.. BitConverter.GetBytes(100L), (byte)'{'], "its header alone takes 108")
            .SetArgDisplayNames("cut header"),
    ];

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    [TestCaseSource(nameof(Headers))]
    public void A_header_that_cannot_be_is_refused(string header, int bytes, string reason) =>
        Refuse(StateDict.File(header, new byte[bytes]), reason);

    [TestCaseSource(nameof(Files))]
    public void A_file_of_something_else_is_refused(byte[] content, string reason) => Refuse(content, reason);

    [Test]
    public void A_model_cut_anywhere_is_refused([Values("safetensors", "npz")] string format)
    {
        using var scratch = new ScratchFolder();
        byte[] whole = Written(scratch, format);
        for (var length = 0; length < whole.Length; length += 1 + whole.Length / 150)
            Refuse(whole[..length], "");
    }

    [Test]
    public void A_number_that_was_changed_is_noticed([Values("safetensors", "npz")] string format)
    {
        using var scratch = new ScratchFolder();
        byte[] whole = Written(scratch, format);
        int place = format == "npz" ? 200 : whole.Length - 100;
        whole[place] ^= 1;
        Refuse(whole, "checksum");
    }

    [Test]
    public void A_number_that_is_not_finite_is_refused()
    {
        using var scratch = new ScratchFolder();
        Exported exported = Exported.Named(Cpu.Accelerator, "mlp bernoulli");
        exported.Parameters[5] = float.NaN;
        ModelExport.Write(Cpu.Accelerator, ExportFormat.Safetensors, scratch["m"], exported.Run, exported.Parameters);
        Refuse(File.ReadAllBytes(scratch["m"]), "\"encoder.0.weight\" has a number that is infinite or not a number");
    }

    [Test]
    public void A_model_of_other_sizes_is_refused()
    {
        using var scratch = new ScratchFolder();
        string path = scratch.Put("m", Written(scratch, "safetensors"));
        var run = Exported.All.First().Run;
        foreach (var (model, reason) in ((ModelConfiguration, string)[])
        [
            (run.Model with { Latent = 4 }, "\"encoder.2.weight\" has the shape (6, 9), and that of the model has (8, 9)"),
            (run.Model with { Hidden = [12] }, "has the tensor \"encoder.2.weight\", which the model does not have"),
            (run.Model with { Hidden = [12, 9, 3] }, "no tensor \"encoder.3.weight\""),
            (run.Model with { Hidden = [1 << 30] }, "and the model has more"),
            (run.Model with { Convolutions = [2, 3, 4, 5] }, "a model that cannot be"),
        ])
        {
            Assert.That(
                () => ModelImport.Read(Cpu.Accelerator, path, run with { Model = model }),
                Throws.TypeOf<RunException>().With.Message.Contains(reason));
        }
    }

    private static byte[] Written(ScratchFolder scratch, string format)
    {
        Exported exported = Exported.Named(Cpu.Accelerator, "mlp bernoulli");
        ModelExport.Write(Cpu.Accelerator, ExportFormat.Named(format), scratch["whole"], exported.Run, exported.Parameters);
        return File.ReadAllBytes(scratch["whole"]);
    }

    private static void Refuse(byte[] content, string reason)
    {
        using var scratch = new ScratchFolder();
        string path = scratch.Put("a model", content);
        var refusal = Assert.Throws<RunException>(() => ModelImport.Read(Cpu.Accelerator, path))!;
        Assert.That(refusal.Message, Does.Contain(reason).And.StartWith($"\"{path}").Or.StartWith(path));
        Assert.That(refusal.Message, Does.EndWith(".").And.Not.Contain("\n"));
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry(name).Open();
            entry.Write(content);
        }
        return packed.ToArray();
    }

    private static TestCaseData Case(string header, int bytes, string reason) =>
        new TestCaseData(header, bytes, reason).SetArgDisplayNames(header, $"{bytes}");
}
