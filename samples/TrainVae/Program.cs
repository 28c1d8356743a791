using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

// The fastest device, and 6,000 of the built-in handwritten-looking digits; ImageSet takes arrays of your own as well.
using Backend device = Backend.Open("auto");
DataSplit digits = DataSource.Load("digits", seed: 1, threads: Environment.ProcessorCount);
ExampleSet train = digits.Train.Select([.. Enumerable.Range(0, 6000)]), heldOut = digits.Test.Select([.. Enumerable.Range(0, 1000)]);

using var model = new VaeModel(device.Accelerator, new ModelConfiguration
{
    Width = 28, Height = 28, Latent = 10, Likelihood = Likelihood.ContinuousBernoulli,
    // Layers of your own; leave both out for Hidden = [400].
    EncoderLayers = network => network.Linear(256, Activation.Silu).Linear(64, Activation.Silu),
    DecoderLayers = network => network.Linear(64, Activation.Silu).Linear(256, Activation.Silu),
});

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };
model.Train(
    train, new TrainingConfiguration { Epochs = 5, Batch = 64 }, heldOut,
    epochEnded: epoch => Console.WriteLine($"epoch {epoch.Epoch}: {epoch.Test.Loss:F2} nats on held-out digits"), stop: stop.Token);

var report = model.Evaluate(heldOut, samples: 50);
Console.WriteLine(
    $"log p(x) {report.LogLikelihood:F2} nats, {report.ActiveUnits} of {model.Configuration.Latent} latent dimensions in use");
float[] drawn = model.Sample(count: 8);
Console.WriteLine($"{drawn.Length / 784} digits drawn; the mean pixel of the first is {drawn.Take(784).Average():F3}");
