using VaeGpu.Training.Configuration;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Training.Runs;

/// <summary>
/// What the numbers of a checkpoint's header must be, whoever wrote it: a training that continued at a negative position would never end.
/// </summary>
internal static class HeaderRules
{
    private const int MostClasses = 256;

    /// <summary>What is wrong, as the end of a sentence; null where nothing is.</summary>
    public static string? Fault(CheckpointHeader header)
    {
        var (run, position) = (header.Configuration, header.Position);
        var (training, sums) = (run.Training, position.Sums);
        return OfModel(run.Model) ?? OfShards(training.Shards) ?? OfSettings(training) ?? OfSettings(training.Objective)
            ?? OfSettings(training.Optimizer)
            ?? Range("the number of training examples", run.Data.Train, 1, int.MaxValue)
            ?? Range("the number of held-out examples", run.Data.Test, 0, int.MaxValue)
            ?? OfHistory(header.History)
            ?? Range("the position's epoch", position.Epoch, header.History.Count, header.History.Count + 1L)
            ?? Range("the position in the epoch", position.Image, 0, run.Data.Train - 1)
            ?? Range("the position's step", position.Step, 1, 1 + Steps(run) * (position.Epoch + 1L))
            ?? Range("the number of examples summed", sums.Images, 0, run.Data.Train)
            ?? Finite("the time", position.Seconds)
            ?? Finite("a sum of the epoch", sums.Reconstruction, sums.ReconstructionLost, sums.Kl, sums.KlLost)
            ?? (sums.Bound is not { } bound ? null
                : Range("the number of examples in the bound", bound.Images, 0, sums.Images) ?? Finite("the bound", bound.Sum, bound.Lost));
    }

    private static string? OfShards(int shards) =>
        int.IsPow2(shards) ? Range("the number of shards", shards, 1, ShardPlan.Most)
            : FormattableString.Invariant($"the number of shards is {shards}, and it must be a power of two");

    private static string? OfModel(ModelConfiguration model)
    {
        long numbers = (long)model.Width * model.Height;
        return Range("the width", model.Width, 1, int.MaxValue) ?? Range("the height", model.Height, 1, int.MaxValue)
            ?? Range("the number of channels", model.Channels, 1, int.MaxValue)
            ?? Range("the size of an example", numbers, 1, int.MaxValue / model.Channels)
            ?? Range("the number of classes", model.Classes, 0, MostClasses)
            ?? Range("the size of a layer", model.Hidden.Concat(model.Convolutions).DefaultIfEmpty(1).Min(), 1, int.MaxValue)
            ?? OfSettings(model) ?? OfSettings(model.LikelihoodOptions);
    }

    private static string? OfHistory(IReadOnlyList<EpochMetrics> history)
    {
        for (var i = 0; i < history.Count; i++)
        {
            if (history[i] is not { } epoch || epoch.Epoch != i + 1)
                return $"epoch {i + 1} of its history is missing";
            if (Finite($"a figure of epoch {i + 1}", epoch.Seconds, epoch.Train.Loss, epoch.Test.Loss) is { } fault)
                return fault;
        }
        return null;
    }

    /// <summary>Whole numbers are not below their least value, and no number is infinite or not a number.</summary>
    private static string? OfSettings(object settings)
    {
        foreach (PropertyInfo property in settings.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<SettingAttribute>() is not { } setting)
                continue;
            string? fault = property.GetValue(settings) switch
            {
                int number => Range(setting.Name, number, (long)setting.Least, int.MaxValue),
                double number => Finite(setting.Name, number),
                null when property.PropertyType != typeof(string) => $"{setting.Name} is missing",
                _ => null,
            };
            if (fault is not null)
                return fault;
        }
        return null;
    }

    private static long Steps(RunConfiguration run)
    {
        long batch = Math.Min(run.Training.Batch, Math.Max(run.Data.Train, run.Data.Test));
        return (run.Data.Train + batch - 1) / batch;
    }

    private static string? Range(string what, long number, long least, long most) =>
        number >= least && number <= most ? null : FormattableString.Invariant($"{what} is {number}, and {least} to {most} can be");

    private static string? Finite(string what, params ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            if (!double.IsFinite(number))
                return $"{what} is infinite or not a number";
        }
        return null;
    }
}
