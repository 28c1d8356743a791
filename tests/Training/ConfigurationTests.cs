using System.Text.Json;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Tests.Training;

public sealed class ConfigurationTests
{
    [Test]
    public void The_file_reads_as_a_person_expects()
    {
        using var folder = new ScratchFolder();
        Examples.Configuration().Write(folder["configuration.json"]);
        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["configuration.json"]));
        var (model, training) = (json.RootElement.GetProperty("model"), json.RootElement.GetProperty("training"));
        Assert.Multiple(() =>
        {
            Assert.That(model.GetProperty("hidden").EnumerateArray().Select(units => units.GetInt32()), Is.EqualTo(new[] { 12, 6 }));
            Assert.That(model.GetProperty("activation").GetString(), Is.EqualTo("leaky-relu"));
            Assert.That(model.GetProperty("likelihood").GetString(), Is.EqualTo("gaussian"));
            Assert.That(training.GetProperty("learningRate").GetDouble(), Is.EqualTo(3.3e-4));
            Assert.That(training.GetProperty("optimizer").GetProperty("name").GetString(), Is.EqualTo("adamw"));
            Assert.That(training.GetProperty("optimizer").GetProperty("schedule").GetString(), Is.EqualTo("steps"));
            Assert.That(training.GetProperty("seed").GetUInt32(), Is.EqualTo(4_000_000_000));
            Assert.That(json.RootElement.GetProperty("device").GetProperty("asked").GetString(), Is.EqualTo("opencl:1"));
        });
    }

    [Test]
    public void A_model_whose_matrices_cannot_be_numbered_is_refused()
    {
        var conv = new ModelConfiguration { Width = 28, Height = 28, Convolutions = [32, 64] };
        Assert.Multiple(() =>
        {
            Assert.That(() => conv.ThrowIfTooLarge(65_536), Throws.Nothing);
            // 196·32 numbers of the first convolution for each of 2¹⁹ images.
            Assert.That(() => conv.ThrowIfTooLarge(1L << 40), Throws.TypeOf<RunException>().With.Message.Contains("smaller batch"));
            Assert.That(() => conv.ThrowIfTooLarge(1 << 19), Throws.TypeOf<RunException>().With.Message.Contains("channels"));
            Assert.That(() => (conv with { Convolutions = [16_384, 16_384] }).ThrowIfTooLarge(1), Throws.TypeOf<RunException>());
            Assert.That(() => (conv with { Likelihood = Likelihood.Categorical }).ThrowIfTooLarge(16_384), Throws.TypeOf<RunException>());
            Assert.That(() => new ModelConfiguration { Width = 28, Height = 28, Hidden = [1 << 22] }.ThrowIfTooLarge(1),
                Throws.TypeOf<RunException>());
            Assert.That(() => new ModelConfiguration { Width = 28, Height = 28 }.ThrowIfTooLarge(65_536), Throws.Nothing);
        });
    }

    [Test]
    public void Models_are_equal_by_their_layers()
    {
        var model = Examples.Configuration().Model;
        Assert.Multiple(() =>
        {
            Assert.That(model with { Hidden = [12, 6] }, Is.EqualTo(model));
            Assert.That(model with { Hidden = [6, 12] }, Is.Not.EqualTo(model));
            Assert.That(model with { Convolutions = [3, 4] }, Is.Not.EqualTo(model));
            Assert.That((model with { Convolutions = [3, 4] }).Equals(model with { Convolutions = [.. (int[])[3, 4]] }), Is.True);
            Assert.That((model with { Hidden = [12, 6] }).GetHashCode(), Is.EqualTo(model.GetHashCode()));
            Assert.That((model with { EncoderLayers = _ => { } }).Kept, Is.EqualTo(model));
            Assert.That(model with { LikelihoodOptions = new() { Delta = 2 } }, Is.Not.EqualTo(model));
            Assert.That(model with { Initialization = Initialization.HeNormal }, Is.Not.EqualTo(model));
        });
    }
}
