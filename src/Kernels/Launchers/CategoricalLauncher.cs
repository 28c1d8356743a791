using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using Integers = ILGPU.ArrayView<int>;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="CategoricalColumns"/> of a table, loaded on a device.</summary>
public sealed class CategoricalLauncher : IDisposable
{
    private readonly DeviceTuning tuning;
    private readonly bool isFused;
    private readonly CategoricalShape columns;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> starts, columnOf;
    private readonly Loaded<Floats, Floats, Floats, Control, Integers, CategoricalShape> lossAndGradient, gradient;
    private readonly Loaded<Floats, Floats, Floats, Integers, CategoricalShape> loss;
    private readonly Loaded<Floats, Floats, Integers, CategoricalShape> mode;
    private readonly Loaded<Floats, Floats, Control, Integers, CategoricalShape> sample;
    private readonly Loaded<Floats, Floats, Integers, Integers, CategoricalShape> oneHot;

    /// <summary>Loads the kernels.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="numbers">Numbers of an example, before its codes.</param>
    /// <param name="categories">The number of categories of each categorical column; there is one at least.</param>
    /// <param name="outputs">The decoder's outputs for each number.</param>
    public CategoricalLauncher(Accelerator accelerator, int numbers, IReadOnlyList<int> categories, int outputs)
    {
        tuning = DeviceTuning.For(accelerator);
        isFused = FusionPlan.Fuses(accelerator, Fusion.LossGradient);
        columns = new()
        {
            Numbers = numbers, Columns = categories.Count, Logits = categories.Sum(), OtherOutputs = outputs * numbers,
        };
        starts =
            accelerator.Allocate1D<int>([.. Enumerable.Range(0, categories.Count + 1).Select(column => categories.Take(column).Sum())]);
        columnOf = accelerator.Allocate1D<int>([.. categories.SelectMany((count, column) => Enumerable.Repeat(column, count))]);
        lossAndGradient = new(accelerator, CategoricalColumns.LossAndGradient);
        gradient = new(accelerator, CategoricalColumns.Gradient);
        loss = new(accelerator, CategoricalColumns.Loss);
        mode = new(accelerator, CategoricalColumns.Mode);
        sample = new(accelerator, CategoricalColumns.Sample);
        oneHot = new(accelerator, CategoricalColumns.OneHot);
    }

    /// <inheritdoc cref="CategoricalColumns.LossAndGradient"/>
    public void LossAndGradient(
        Floats data, Floats outputs, Floats losses, Control control, int rows, int repeats = 1, int batchRows = 0)
    {
        if (isFused)
        {
            lossAndGradient.Launch(
                tuning.Rows(rows, columns.Columns), data, outputs, losses, control, starts.View,
                columns with { Rows = rows, Repeats = repeats, BatchRows = batchRows });
            return;
        }
        Loss(data, outputs, losses, rows, repeats);
        Gradient(data, outputs, outputs, control, rows, repeats, batchRows);
    }

    /// <inheritdoc cref="CategoricalColumns.Loss"/>
    public void Loss(Floats data, Floats outputs, Floats losses, int rows, int repeats = 1) => loss.Launch(
        tuning.Rows(rows, columns.Columns), data, outputs, losses, starts.View, columns with { Rows = rows, Repeats = repeats });

    /// <inheritdoc cref="CategoricalColumns.Gradient"/>
    public void Gradient(
        Floats data, Floats outputs, Floats gradients, Control control, int rows, int repeats = 1, int batchRows = 0) => gradient.Launch(
        tuning.Elements(rows, columns.Columns), data, outputs, gradients, control, starts.View,
        columns with { Rows = rows, Repeats = repeats, BatchRows = batchRows });

    /// <inheritdoc cref="CategoricalColumns.Mode"/>
    public void Mode(Floats outputs, Floats modes, int rows) => mode.Launch(
        tuning.Elements(rows, columns.Columns), outputs, modes, starts.View, columns with { Rows = rows });

    /// <inheritdoc cref="CategoricalColumns.Sample"/>
    public void Sample(Floats outputs, Floats samples, Control control, int rows) => sample.Launch(
        tuning.Elements(rows, columns.Columns), outputs, samples, control, starts.View, columns with { Rows = rows });

    /// <inheritdoc cref="CategoricalColumns.OneHot"/>
    public void OneHot(Floats data, Floats encoded, int rows) => oneHot.Launch(
        tuning.Elements(rows, columns.Numbers + columns.Logits), data, encoded, starts.View, columnOf.View, columns with { Rows = rows });

    /// <summary>Frees what the kernels are told of the columns.</summary>
    public void Dispose()
    {
        starts.Dispose();
        columnOf.Dispose();
    }
}
