using VaeGpu.Kernels.Devices;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

// A table of three columns on a curve, standardized; the fourth is noise.
const int Rows = 4000, Columns = 4;
var random = new Random(1);
var table = new float[Rows * Columns];
for (int row = 0; row < Rows; row++)
{
    float t = 2 * random.NextSingle() - 1;
    (table[row * Columns], table[row * Columns + 1], table[row * Columns + 2]) = (t, t * t, MathF.Sin(3 * t));
    table[row * Columns + 3] = 2 * random.NextSingle() - 1;
}
var data = new TableSet(table, labels: null, Columns);

string folder = Path.Combine(Path.GetTempPath(), $"vaegpu-sample-{Environment.ProcessId}");
using Backend device = Backend.Open("cpu");
using (var model = new VaeModel(device.Accelerator, new ModelConfiguration
{
    Width = Columns, Height = 1, Hidden = [64], Latent = 2, Likelihood = VaeGpu.Kernels.Likelihoods.Likelihood.GaussianLearned,
}))
{
    model.Train(data, new TrainingConfiguration { Epochs = 20, LearningRate = 3e-3 });
    model.Save(folder);
}

// Later, in another program: load, encode, decode.
using VaeModel loaded = VaeModel.Load(device.Accelerator, folder);
var codes = loaded.Encode(data);
float[] decoded = loaded.Decode(codes.Means);
for (int column = 0; column < Columns; column++)
{
    double error = Enumerable.Range(0, Rows).Average(row => Math.Pow(table[row * Columns + column] - decoded[row * Columns + column], 2));
    Console.WriteLine($"column {column}: mean squared error {error:F4}");
}
Directory.Delete(folder, recursive: true);
