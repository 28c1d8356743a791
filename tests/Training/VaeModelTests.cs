using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class VaeModelTests
{
    private static readonly Backend Cpu = Backend.Open("cpu", 1);
    private static readonly RunConfiguration Run = TinyRun.Configuration();

    [OneTimeTearDown]
    public void Close() => Cpu.Dispose();

    [Test]
    public void Training_on_arrays_gives_the_parameters_of_a_run()
    {
        Checkpoint expected = TinyRun.Train(Run);
        using var model = new VaeModel(Cpu.Accelerator, Run.Model, Run.Training.Seed);
        var epochs = new List<EpochMetrics>();
        model.Train(TinyRun.Data.Train, Run.Training, TinyRun.Data.Test, epochEnded: epochs.Add);
        Compare.Bits(model.Parameters.ToArray(), expected.Parameters, "parameters");
        Assert.That(epochs.Select(epoch => epoch.Test), Is.EqualTo(expected.Header.History.Select(epoch => epoch.Test)));
    }

    [Test]
    public void Layers_of_ones_own_that_are_the_standard_ones_give_the_same_parameters()
    {
        using var plain = Trained(Run.Model);
        using var own = Trained(Run.Model with
        {
            EncoderLayers = network => network.Linear(24, Activation.Tanh), DecoderLayers = network => network.Linear(24, Activation.Tanh),
        });
        Compare.Bits(own.Parameters.ToArray(), plain.Parameters.ToArray(), "parameters");
    }

    [Test]
    public void A_saved_model_comes_back_and_is_a_run_for_every_command()
    {
        using var scratch = new ScratchFolder();
        string folder = scratch["a run"];
        using var model = Trained(Run.Model);
        model.Save(folder);
        Assert.That(() => model.Save(folder), Throws.TypeOf<RunExistsException>());
        using VaeModel loaded = VaeModel.Load(Cpu.Accelerator, folder);
        Compare.Bits(loaded.Parameters.ToArray(), model.Parameters.ToArray(), "parameters");
        Compare.Bits(loaded.Sample(3), model.Sample(3), "samples");
        Assert.That(loaded.History.Select(epoch => epoch.Test), Is.EqualTo(model.History.Select(epoch => epoch.Test)));
        Assert.That(Call.Of("sample", folder, "--count", "4", "--device", "cpu").ExitCode, Is.Zero);
    }

    [Test]
    public void A_second_training_goes_on_from_the_parameters_of_the_first()
    {
        using var model = Trained(Run.Model);
        double first = model.History[^1].Test.Loss;
        model.Train(TinyRun.Data, Run.Training);
        Assert.That(model.History[0].Test.Loss, Is.LessThan(first));
    }

    [Test]
    public void A_stream_of_batches_is_learned_from()
    {
        using var model = new VaeModel(Cpu.Accelerator, Run.Model);
        double before = model.Evaluate(TinyRun.Data.Test, 4).Elbo!.Value;
        var how = new TrainingConfiguration { Batch = 50, LearningRate = 3e-3 };
        LossTerms reached = model.Train(Batches(60), how);
        double after = model.Evaluate(TinyRun.Data.Test, 4).Elbo!.Value;
        Assert.That(after, Is.GreaterThan(before + 100));
        Assert.That(-reached.Loss, Is.InRange(before, after));
    }

    [Test]
    public void What_a_stream_cannot_have_is_refused()
    {
        using var model = new VaeModel(Cpu.Accelerator, Run.Model);
        using var conditional = new VaeModel(Cpu.Accelerator, Run.Model with { Classes = 10 });
        Assert.Multiple(() =>
        {
            Refused(() => model.Train([new ExampleBatch(new float[783])]), "rows of 784 numbers");
            Refused(() => model.Train(Batches(1), new() { Batch = 49 }), "1 to 49 rows");
            Refused(() => model.Train([]), "no batch");
            Refused(() => model.Train(Batches(1), new() { Optimizer = new() { Schedule = LearningRateSchedule.Cosine } }), "no epochs");
            Refused(() => conditional.Train(Batches(1)), "a label below 10");
        });

        static void Refused(Action action, string reason) => Assert.That(action, Throws.ArgumentException.With.Message.Contains(reason));
    }

    [Test]
    public void Examples_of_another_size_are_refused_by_every_method()
    {
        using var model = new VaeModel(Cpu.Accelerator, Run.Model);
        var other = new ImageSet(new byte[3 * 27 * 28], null, 27, 28);
        foreach (Action action in (Action[])[() => model.Train(other), () => model.Encode(other), () => model.Evaluate(other)])
            Assert.That(action, Throws.TypeOf<RunException>().With.Message.Contains("27×28"));
        Assert.That(() => model.Decode(new float[4]), Throws.ArgumentException.With.Message.Contains("whole vectors of 3"));
    }

    [Test]
    public void A_stop_ends_a_training_and_keeps_what_was_learned()
    {
        using var model = new VaeModel(Cpu.Accelerator, Run.Model);
        float[] start = model.Parameters.ToArray();
        using var stop = new CancellationTokenSource();
        var epochs = model.Train(TinyRun.Data, Run.Training with { Epochs = 50 }, epochEnded: _ => stop.Cancel(), stop: stop.Token);
        Assert.That(epochs, Has.Count.EqualTo(1));
        Assert.That(model.Parameters.ToArray(), Is.Not.EqualTo(start));
    }

    [Test]
    public void A_name_can_be_taken_once() =>
        Assert.That(() => Likelihood.Of<Bernoulli>("Bernoulli"), Throws.ArgumentException.With.Message.Contains("bernoulli"));

    private static VaeModel Trained(ModelConfiguration configuration)
    {
        var model = new VaeModel(Cpu.Accelerator, configuration, Run.Training.Seed);
        model.Train(TinyRun.Data, Run.Training);
        return model;
    }

    private static IEnumerable<ExampleBatch> Batches(int count)
    {
        for (int i = 0; i < count; i++)
        {
            var values = new float[50 * 784];
            TinyRun.Data.Train.CopyTo(50 * (i % 6), values);
            yield return new ExampleBatch(values);
        }
    }
}
