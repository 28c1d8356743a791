using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Tuning;

/// <summary>
/// Measures the candidates of every <see cref="Tunable"/> on the products and convolutions of a model's training step, each in turn with
/// the built-in choice.
/// </summary>
public sealed class Tuner
{
    private readonly Accelerator accelerator;
    private readonly DeviceTuning builtIn;
    private readonly (LayerProduct Product, int Count)[] products;
    private readonly Effort effort;
    private readonly CancellationToken stop;

    private Tuner(Accelerator accelerator, ModelConfiguration model, int batch, Effort effort, CancellationToken stop)
    {
        (this.accelerator, this.effort, this.stop) = (accelerator, effort, stop);
        builtIn = DeviceTuning.BuiltIn(accelerator);
        using var vae = new Vae(accelerator, model.Shape, batch);
        products = [.. vae.Products(batch).CountBy(product => product).Select(counted => (counted.Key, counted.Value))];
    }

    /// <summary>Measures, and gives the best choice. The device uses the tuning afterwards that it used before.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">Rows of a batch.</param>
    /// <param name="quick">Whether samples are fewer and shorter.</param>
    /// <param name="found">Called with what each tunable gave.</param>
    /// <param name="stop">Looked at between samples.</param>
    /// <exception cref="RunException">The model is too large.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static TuningResult Run(
        Accelerator accelerator, ModelConfiguration model, int batch, bool quick, Action<TuningFinding> found, CancellationToken stop)
    {
        model.ThrowIfTooLarge(batch);
        DeviceTuning before = DeviceTuning.For(accelerator);
        try
        {
            return new Tuner(accelerator, model, batch, quick ? Effort.Quick : Effort.Tuning, stop).Run(found);
        }
        finally
        {
            DeviceTuning.Use(accelerator, before);
        }
    }

    private TuningResult Run(Action<TuningFinding> found)
    {
        DeviceTuning choice = builtIn;
        foreach (Tunable tunable in Tunable.All)
        {
            DeviceTuning[] sides = [builtIn, .. tunable.Candidates(builtIn).Where(candidate => candidate != builtIn)];
            if (Measure(tunable, sides) is not { } finding)
                continue;
            found(finding);
            if (finding.Gain.IsBeyondSpread)
                choice = tunable.Candidates(choice).First(candidate => tunable.Value(candidate) == tunable.Value(finding.Best));
        }
        if (choice == builtIn)
            return new(builtIn, null);
        // The fastest of several sides owes something to chance: only samples of its own tell what it gains.
        Speedup gain =
            Total([.. products.Select(product => (product.Count, Time(product.Product, [builtIn, choice], ofPacking: false)!))], 1);
        return gain.IsBeyondSpread ? new(choice, gain) : new(builtIn, null);
    }

    /// <summary>The finding on one tunable; null where no product of the model depends on it.</summary>
    private TuningFinding? Measure(Tunable tunable, DeviceTuning[] sides)
    {
        var timed = new List<(LayerProduct Product, int Count, Samples Samples)>();
        foreach ((LayerProduct product, int count) in products.Where(each => each.Product.IsConvolution == tunable.OfConvolutions))
        {
            if (Time(product, sides, tunable.OfPacking) is { } samples)
                timed.Add((product, count, samples));
        }
        if (timed.Count == 0)
            return null;
        (int best, Speedup gain) = Fastest(side => Total([.. timed.Select(each => (each.Count, each.Samples))], side));
        return new(tunable, builtIn, sides[best], gain,
        [
            .. timed.Select(each =>
            {
                (int own, Speedup ownGain) = Fastest(side => Speedup.Of(each.Samples.Rounds(0), each.Samples.Rounds(side)));
                return new ProductFinding(
                    each.Product, each.Count, each.Product.Flops / each.Samples.Seconds(0).Median, sides[own], ownGain);
            }),
        ]);

        (int Side, Speedup Gain) Fastest(Func<int, Speedup> gain) =>
            Enumerable.Range(1, sides.Length - 1).Select(side => (side, gain(side))).MaxBy(each => each.Item2.Median);
    }

    /// <summary>The speedup of a side over the first, for all products of a training step together.</summary>
    private static Speedup Total((int Count, Samples Samples)[] timed, int side)
    {
        return Speedup.Of(Seconds(0), Seconds(side));

        IEnumerable<double> Seconds(int of) => Enumerable.Range(0, timed[0].Samples.Rounds(of).Count)
            .Select(round => timed.Sum(each => each.Count * each.Samples.Rounds(of)[round]));
    }

    /// <summary>The samples of a product under each tuning. Sides launched like the first take its samples; null where all are.</summary>
    private Samples? Time(LayerProduct product, DeviceTuning[] sides, bool ofPacking)
    {
        LoadedProduct[] loaded = [.. sides.Select(Load)];
        int[] measured =
        [
            0, .. Enumerable.Range(1, sides.Length - 1).Where(side => !ofPacking || loaded[side].ScratchLength != loaded[0].ScratchLength),
        ];
        if (measured.Length == 1)
            return null;
        (long leftLength, long rightLength, long outputLength) = product.Lengths;
        using var left = accelerator.Allocate1D(Numbers(leftLength));
        using var right = accelerator.Allocate1D(Numbers(rightLength));
        using var output = accelerator.Allocate1D<float>(outputLength);
        using var scratch = accelerator.Allocate1D<float>(Math.Max(1, loaded.Max(one => one.ScratchLength)));
        Samples samples = Alternation.Measure(effort, [.. measured.Select(side => Sampler(loaded[side]))]);
        return new([.. sides.Select((_, side) => samples.Rounds(Math.Max(0, Array.IndexOf(measured, side))).ToArray())]);

        LoadedProduct Load(DeviceTuning tuning)
        {
            DeviceTuning.Use(accelerator, tuning);
            return product.Load(accelerator);
        }

        Sampler Sampler(LoadedProduct one)
        {
            Sampler sampler = Samplers.Of(accelerator, () => one.Run(left.View, right.View, output.View, scratch.View));
            return runs =>
            {
                stop.ThrowIfCancellationRequested();
                return sampler(runs);
            };
        }
    }

    /// <summary>Numbers around zero, the same each time.</summary>
    private static float[] Numbers(long length)
    {
        var random = new Random(1);
        var numbers = new float[length];
        for (long i = 0; i < length; i++)
            numbers[i] = 2 * random.NextSingle() - 1;
        return numbers;
    }
}
