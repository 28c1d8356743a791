using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Runs;

/// <summary>Loads the data of a run, or other data for its model.</summary>
public static class RunData
{
    /// <summary>What the run was trained on and what it held out; where that comes with the data and has changed, it is noted.</summary>
    /// <exception cref="DataException">The data cannot be read, or is of another kind or size than the model's.</exception>
    /// <exception cref="RunException">The data has changed, so that the held-out part may hold examples that were trained
    /// on.</exception>
    /// <param name="run">The run.</param>
    /// <param name="how">How it is loaded.</param>
    /// <param name="source">Where the data is now; null where it is in its place.</param>
    public static DataSplit Own(RunConfiguration run, LoadingOptions how, string? source = null)
    {
        var data = Load(run, source, how);
        var now = DataConfiguration.Of(run.Data.Folder, data);
        if (DataChanges.Of(run, now) is not { } changes)
            return data;
        string changed = $"data \"{run.Data.Name}\" is not what the run was trained on: {changes}";
        return DataChanges.Mixture(run.Data, now) is { } mixture
            ? throw new RunException($"The {changed}. {mixture}")
            : data with { Notes = [.. data.Notes, $"the {changed}"] };
    }

    /// <summary>All of other data: its held-out part where it comes with one. Examples that are the run's are found.</summary>
    /// <exception cref="DataException">The data cannot be read, or is of another kind or size than the model's.</exception>
    public static DataSplit Other(RunConfiguration run, string source, LoadingOptions how) =>
        DataSource.Load(source, run.Training.Seed, how, run.Fit with { Whole = true, Known = run.Data.Fingerprint });

    /// <summary>The data to go on with: the run's, or that of <paramref name="source"/>, which should be the same elsewhere.</summary>
    /// <exception cref="DataException">The data cannot be read, or is of another kind or size than the model's.</exception>
    public static DataSplit Load(RunConfiguration run, string? source, LoadingOptions how)
    {
        string? own = run.Data.Folder;
        if (source is null && own is null && run.Data.Name != DataSource.Digits)
        {
            throw new DataException(
                $"The run was trained by a program on data called \"{run.Data.Name}\", which is not kept; name data with --data.");
        }
        if (source is not null || own is null || DataSource.IsName(own))
            return DataSource.Load(source ?? own, run.Training.Seed, how, run.Fit);
        if (!Path.Exists(own))
        {
            throw new DataException(
                $"There is no \"{own}\", where the data of the run was when it was trained; name its new place with --data.");
        }
        try
        {
            return DataSource.Load(own, run.Training.Seed, how, run.Fit);
        }
        catch (DataException error)
        {
            throw new DataException($"{error.Message} \"{own}\" is the data that the run was trained on; "
                + "where it has changed, restore it, or name other data with --data.", error);
        }
    }
}
