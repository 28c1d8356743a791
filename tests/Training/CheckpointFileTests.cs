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
        var older = WithHeader(System.IO.File.ReadAllBytes(File), header =>
        {
            var configuration = (JsonObject)header["configuration"]!;
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

    [Test]
    public void An_empty_file_is_refused()
    {
        folder.Put("checkpoint.vae", []);
        Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>().With.Message.Contains("it is empty"));
    }

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

    [TestCase("position.step", -1)]
    [TestCase("position.step", 0)]
    [TestCase("position.step", int.MaxValue)]
    [TestCase("position.epoch", -1)]
    [TestCase("position.epoch", 4)]
    [TestCase("position.image", -1)]
    [TestCase("position.image", 100)]
    [TestCase("position.sums.images", -5)]
    [TestCase("position.sums.kl", 1e300)]
    [TestCase("configuration.training.batch", 0)]
    [TestCase("configuration.training.epochs", -3)]
    [TestCase("configuration.training.objective.samples", 0)]
    [TestCase("configuration.model.width", 0)]
    [TestCase("configuration.model.height", int.MaxValue)]
    [TestCase("configuration.model.latent", -2)]
    [TestCase("configuration.model.classes", 1000)]
    [TestCase("configuration.data.train", 0)]
    [TestCase("configuration.data.test", -1)]
    [TestCase("history", null)]
    [TestCase("position.seconds", null)]
    public void A_header_whose_numbers_cannot_be_is_refused_behind_the_checksum(string place, object? value)
    {
        var changed = WithHeader(Written(), header =>
        {
            string[] names = place.Split('.');
            JsonNode parent = names[..^1].Aggregate((JsonNode)header, (node, name) => node[name]!);
            Assert.That(parent[names[^1]], Is.Not.Null);
            parent[names[^1]] = JsonValue.Create(value);
        });
        folder.Put("checkpoint.vae", changed);
        Assert.That(() => CheckpointFile.Read(File), Throws.TypeOf<RunException>().With.Message.Contains("is damaged: "));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void A_parameter_that_is_not_finite_is_refused(float value)
    {
        var checkpoint = Examples.Checkpoint(200_000);
        checkpoint.Parameters[123_456] = value;
        CheckpointFile.Write(File, checkpoint);
        Action[] reads =
            [() => CheckpointFile.Read(File), () => CheckpointFile.ReadParameters(File), () => CheckpointFile.ReadHeader(File)];
        foreach (Action read in reads)
            Assert.That(read, Throws.TypeOf<RunException>().With.Message.Contains("a parameter is infinite or not a number"));
        checkpoint.Parameters[123_456] = 0;
        checkpoint.SecondMoments[7] = float.PositiveInfinity;
        CheckpointFile.Write(File, checkpoint);
        Assert.That(CheckpointFile.Read(File).SecondMoments[7], Is.EqualTo(float.PositiveInfinity));
    }

    /// <summary>The file with another header, and the checksum that belongs to it.</summary>
    private static byte[] WithHeader(byte[] file, Action<JsonObject> change)
    {
        const int lengthAt = 12, prelude = 24, checksum = 32;
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(lengthAt));
        var header = (JsonObject)JsonNode.Parse(file.AsSpan(prelude, length))!;
        change(header);
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
