using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Exchange;

/// <summary>Small models of every kind with parameters that are not those of a beginning, on the CPU device.</summary>
internal sealed record Exported(RunConfiguration Run, float[] Parameters)
{
    private const float Spread = 2.5f, VarianceShift = 0.7f;

    /// <summary>Every likelihood of the library.</summary>
    public static IEnumerable<Likelihood> Likelihoods =>
        typeof(Likelihood).GetProperties().Where(property => property.PropertyType == typeof(Likelihood))
            .Select(property => (Likelihood)property.GetValue(null)!);

    /// <summary>Models of every architecture, likelihood, activation and prior, tables and text, by name.</summary>
    public static IEnumerable<(string Name, RunConfiguration Run)> All =>
    [
        .. Likelihoods.SelectMany(likelihood => ((string, RunConfiguration)[])
        [
            ($"mlp {likelihood}", Image(Mlp with { Likelihood = likelihood })),
            ($"conv {likelihood}", Image(Conv with { Likelihood = likelihood })),
        ]),
        .. typeof(Activation).GetProperties().Where(property => property.PropertyType == typeof(Activation))
            .Select(property => ($"mlp {property.Name}", Image(Mlp with { Activation = (Activation)property.GetValue(null)! }))),
        ("conv in color", Image(Conv with { Channels = 3, Convolutions = [4], Hidden = [9] })),
        ("conv in color, a mixture", Image(Conv with { Channels = 3, Likelihood = Likelihood.LogisticMixture, Hidden = [] })),
        ("conv, a side lost to the stride", Image(Conv with { Width = 11, Height = 7 })),
        ("mlp in color", Image(Mlp with { Channels = 3 })),
        ("mlp without hidden layers", Image(Mlp with { Hidden = [] })),
        .. Prior.All.SelectMany(prior => ((string, RunConfiguration)[])
        [
            ($"conditional mlp, {prior}", Image(Mlp with { Classes = 4, Prior = prior })),
            ($"conditional conv, {prior}", Image(Conv with { Classes = 3, Prior = prior })),
        ]),
        ("table of numbers", Table(numbers: 5, [])),
        ("table of numbers and categories", Table(numbers: 4, [3, 2, 7])),
        ("table of numbers and categories, student-t", Table(numbers: 2, [3], Likelihood.StudentT)),
        ("table of categories", Table(numbers: 0, [4, 2])),
        ("text", Text),
    ];

    /// <summary>The model of the page on export.</summary>
    public static RunConfiguration OfPage => Image(Mlp with
    {
        Width = 28, Height = 28, Convolutions = [32, 64], Hidden = [128], Latent = 10, Activation = Activation.Relu,
    });

    /// <summary>A model of one of <see cref="All"/>.</summary>
    public static Exported Named(Accelerator accelerator, string name) => Of(accelerator, All.Single(model => model.Name == name).Run);

    /// <summary>A model of a configuration: its initial parameters, spread out.</summary>
    public static Exported Of(Accelerator accelerator, RunConfiguration run)
    {
        using var vae = new Vae(accelerator, run.Model.Shape, 1, trains: false);
        vae.Parameters.Initialize(new StepLauncher(accelerator), seed: 3);
        float[] parameters = [.. vae.Parameters.Parameters.GetAsArray().Select(value => Spread * value)];
        if (vae.Decoder.Variance is { } variance)
            parameters[variance.Offset] = VarianceShift;
        return new(run, parameters);
    }

    private static ModelConfiguration Mlp => new()
    {
        Width = 5, Height = 4, Hidden = [12, 9], Latent = 3, Activation = Activation.Tanh,
        LikelihoodOptions = new() { Classes = 8, Components = 3, Scale = 0.3 },
    };

    private static ModelConfiguration Conv => Mlp with { Width = 8, Height = 8, Convolutions = [4, 6], Hidden = [10] };

    private static RunConfiguration Text
    {
        get
        {
            const string alphabet = " abcd€";
            var options = new LikelihoodOptions { Classes = alphabet.Length, Symbols = true };
            ModelConfiguration model = Mlp with
            {
                Width = 7, Height = 1, Likelihood = Likelihood.Categorical, LikelihoodOptions = options,
            };
            return Of(model, data => data with { Alphabet = alphabet });
        }
    }

    private static RunConfiguration Image(ModelConfiguration model) => Of(model, data => data);

    private static RunConfiguration Table(int numbers, ValueList<int> categories, Likelihood? likelihood = null)
    {
        var model = Mlp with
        {
            Width = numbers + categories.Count, Height = 1, Categories = categories, Likelihood = likelihood ?? Likelihood.GaussianLearned,
        };
        return Of(model, data => data with
        {
            Columns = [.. Enumerable.Range(0, numbers).Select(i => new ColumnScale($"x{i}", i, 1 + i))],
            Categorical =
            [
                .. categories.Select((count, i) =>
                    new ColumnCategories($"c{i}", [.. Enumerable.Range(0, count).Select(k => $"\"{k}\"")], 0)),
            ],
        });
    }

    private static RunConfiguration Of(ModelConfiguration model, Func<DataConfiguration, DataConfiguration> with) => new()
    {
        Model = model,
        Training = new() { Seed = 7 },
        Data = with(new() { Folder = "/some where/data", Name = "data", Train = 10, Test = 5 }),
        Device = new("cpu", "cpu", "any"),
    };
}
