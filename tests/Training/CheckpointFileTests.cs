using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CheckpointFileTests
{
    private readonly ScratchFolder folder = new();

    private string File => folder["checkpoint.vae"];

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void What_is_written_is_read_bit_for_bit()
    {
        var written = Examples.Checkpoint();
        CheckpointFile.Write(File, written);
        var read = CheckpointFile.Read(File);
        Assert.Multiple(() =>
        {
            Assert.That(read.Header.Configuration, Is.EqualTo(written.Header.Configuration));
            Assert.That(read.Header.Position, Is.EqualTo(written.Header.Position));
            Assert.That(read.Header.History, Is.EqualTo(written.Header.History));
            Assert.That(read.Parameters, Is.EqualTo(written.Parameters));
            Assert.That(read.FirstMoments, Is.EqualTo(written.FirstMoments));
            Assert.That(read.SecondMoments, Is.EqualTo(written.SecondMoments));
        });
    }

    [Test]
    public void What_an_older_file_lacks_is_read_as_its_default()
    {
        var written = Examples.Checkpoint(5);
        CheckpointFile.Write(File, written);
        var older = WithHeader(System.IO.File.ReadAllBytes(File), configuration =>
        {
            Assert.That(((JsonObject)configuration["training"]!).Remove("optimizer"));
            Assert.That(((JsonObject)configuration["training"]!).Remove("objective"));
            foreach (var name in (string[])["channels", "convolutions", "initialization", "likelihoodOptions"])
                Assert.That(((JsonObject)configuration["model"]!).Remove(name), name);
            configuration["model"]!["sigma"] = 0.1;
        });
        folder.Put("checkpoint.vae", older);
        var read = CheckpointFile.Read(File);
        var then = written.Header.Configuration;
        Assert.That(read.Header.Configuration, Is.EqualTo(then with
        {
            Training = then.Training with { Optimizer = new OptimizerConfiguration(), Objective = new ObjectiveConfiguration() },
        }));
        Assert.That(read.Parameters, Is.EqualTo(written.Parameters));
    }

    [Test]
    public void A_missing_file_is_named() => Assert.That(
        () => CheckpointFile.Read(folder["nowhere/checkpoint.vae"]),
        Throws.TypeOf<RunException>().With.Message.Contains("no checkpoint at").And.Message.Contains("nowhere"));

    [TestCase("")]
    [TestCase("x")]
    [TestCase("VaeGpuXX and then something longer than a prelude")]
    public void Another_program_s_file_is_refused(string content)
    {
        folder.Put("checkpoint.vae", Encoding.ASCII.GetBytes(content));
        Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>().With.Message.Contains("not a checkpoint of vaegpu"));
    }

    [TestCase(4)]
    [TestCase(8)]
    [TestCase(23)]
    [TestCase(24)]
    [TestCase(400)]
    [TestCase(-1)]
    public void A_truncated_file_is_refused(int bytes)
    {
        var whole = Written();
        folder.Put("checkpoint.vae", bytes < 0 ? whole[..^1] : whole[..bytes]);
        Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>().With.Message.Contains("is incomplete"));
    }

    [Test]
    public void A_file_with_bytes_too_many_is_refused()
    {
        folder.Put("checkpoint.vae", [.. Written(), 0]);
        Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>().With.Message.Contains("is damaged"));
    }

    [Test]
    public void Any_flipped_bit_is_noticed()
    {
        var whole = Written(parameters: 5);
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] ^= 0x10;
            folder.Put("checkpoint.vae", whole);
            Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>(), $"byte {i}");
            whole[i] ^= 0x10;
        }
    }

    [Test]
    public void A_newer_version_is_refused_with_both_numbers()
    {
        var whole = Written();
        whole[8]++;
        folder.Put("checkpoint.vae", whole);
        Assert.That(
            () => CheckpointFile.Read(File),
            Throws.TypeOf<RunException>()
                .With.Message.Contains($"format {CheckpointFile.Version + 1}").And.Message.Contains($"up to {CheckpointFile.Version}"));
    }

    [Test]
    public void Arrays_of_different_lengths_are_not_written()
    {
        CheckpointFile.Write(File, Examples.Checkpoint());
        Assert.That(() => CheckpointFile.Write(File, Examples.Checkpoint(5) with { SecondMoments = [1] }), Throws.ArgumentException);
        Assert.That(CheckpointFile.Read(File).Parameters, Has.Length.EqualTo(1000));
    }

    /// <summary>The file with another configuration in its header, and the checksum that belongs to it.</summary>
    private static byte[] WithHeader(byte[] file, Action<JsonObject> change)
    {
        const int lengthAt = 12, prelude = 24, checksum = 32;
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(lengthAt));
        var header = (JsonObject)JsonNode.Parse(file.AsSpan(prelude, length))!;
        change((JsonObject)header["configuration"]!);
        var changed = Encoding.UTF8.GetBytes(header.ToJsonString());
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(lengthAt), changed.Length);
        byte[] content = [.. file[..prelude], .. changed, .. file[(prelude + length)..^checksum]];
        return [.. content, .. SHA256.HashData(content)];
    }

    private byte[] Written(int parameters = 1000)
    {
        CheckpointFile.Write(File, Examples.Checkpoint(parameters));
        return System.IO.File.ReadAllBytes(File);
    }
}
