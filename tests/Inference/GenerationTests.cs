using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Inference;

public sealed class GenerationTests
{
    private readonly Backend backend = Backend.Open("cpu", 1);
    private readonly Checkpoint checkpoint = TinyRun.Train(TinyRun.Configuration(epochs: 100, hidden: 64, latent: 8));

    [OneTimeTearDown]
    public void CloseDevice() => backend.Dispose();

    [Test]
    public void A_draw_depends_on_the_seed_and_its_number_alone()
    {
        using var generation = Open();
        var many = generation.Sample(200, seed: 3, default);
        Assert.Multiple(() =>
        {
            Assert.That(many, Has.Length.EqualTo(200 * 784));
            Assert.That(generation.Sample(10, seed: 3, default), Is.EqualTo(many[..(10 * 784)]));
            Assert.That(generation.Sample(10, seed: 4, default), Is.Not.EqualTo(many[..(10 * 784)]));
        });
    }

    [Test]
    public void Draws_of_one_latent_vector_are_black_or_white_and_their_mean_is_the_mean_image()
    {
        const int Count = 1000;
        using var generation = Open();
        var one = generation.Prior(1, seed: 3);
        var means = generation.Decode(one, default);
        var draws = generation.Draw([.. Enumerable.Repeat(one, Count).SelectMany(z => z)], seed: 3, default);
        Assert.That(draws.Distinct().Order(), Is.EqualTo(new[] { 0f, 1f }));
        for (var pixel = 0; pixel < 784; pixel++)
        {
            var share = Enumerable.Range(0, Count).Average(i => draws[i * 784 + pixel]);
            double deviation = Math.Sqrt(means[pixel] * (1 - means[pixel]) / Count);
            Assert.That(share, Is.EqualTo(means[pixel]).Within(6 * deviation + 2.0 / Count));
        }
    }

    [Test]
    public void A_reconstruction_is_nearer_to_its_image_than_to_others()
    {
        using var generation = Open();
        ExampleSet examples = TinyRun.Data.Train.Select([.. Enumerable.Range(0, 150)]);
        byte[] inputs = Generation.Bytes(examples), outputs = generation.Reconstruct(examples, default);
        Assert.That(inputs, Is.EqualTo(TinyRun.Data.Train.Pixels[..(150 * 784)]));
        double own = 0, next = 0;
        for (var i = 0; i < 149 * 784; i++)
        {
            own += Math.Pow(outputs[i] - inputs[i], 2);
            next += Math.Pow(outputs[i] - inputs[i + 784], 2);
        }
        Assert.That(own, Is.LessThan(0.8 * next));
    }

    [Test]
    public void Images_of_another_size_and_foreign_parameters_are_refused()
    {
        using var generation = Open();
        Assert.Multiple(() =>
        {
            Assert.That(
                () => generation.Reconstruct(new ImageSet(new byte[100], null, 10, 10), default),
                Throws.TypeOf<RunException>().With.Message.Contains("784 numbers"));
            Assert.That(
                () => new Generation(backend.Accelerator, checkpoint.Header.Configuration.Model, new float[5]),
                Throws.TypeOf<RunException>().With.Message.Contains("5 parameters"));
        });
    }

    [Test]
    public void Generation_and_evaluation_have_no_room_for_gradients_and_moments()
    {
        var (model, bytes) = (checkpoint.Header.Configuration.Model, sizeof(float) * checkpoint.Parameters.Length);
        var before = ((EngineAccelerator)backend.Accelerator).AllocatedBytes;
        using (Open())
            Assert.That(((EngineAccelerator)backend.Accelerator).AllocatedBytes - before,
                Is.InRange(bytes, 2 * bytes + 128 * 1024 * sizeof(float)));
        using var vae = new Vae(backend.Accelerator, model.Shape, 4, trains: false);
        using var control = backend.Accelerator.Allocate1D<ControlBlock>(1);
        using var data = backend.Accelerator.Allocate1D<float>(4 * 784);
        Assert.That(() =>
            vae.Backward(data.View, new(control.View, 4)), Throws.InvalidOperationException.With.Message.Contains("build it to train"));
    }

    [Test]
    public void A_stop_ends_it()
    {
        using var generation = Open();
        Assert.That(() => generation.Sample(10, 1, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private Generation Open() => new(backend.Accelerator, checkpoint.Header.Configuration.Model, checkpoint.Parameters);
}
