namespace VaeGpu.Training.Data;

/// <summary>Tells of each example which part of a run's data it is in.</summary>
internal static class DataParts
{
    /// <summary>The data with its parts named, and its fingerprint.</summary>
    public static DataSplit Named(DataSplit data) => data with
    {
        Train = In(data.Train, DataPart.Train),
        Test = In(data.Test, DataPart.HeldOut),
        Fingerprint = DataFingerprint.Of(data),
    };

    /// <summary>
    /// Data that is used whole, with the examples found that are those of a run; where the run was trained on any, it is noted.
    /// </summary>
    public static DataSplit Found(DataSplit data, DataFingerprint known, ulong seed)
    {
        var all = data.Test;
        string hash = DataFingerprint.Of(all);
        if (hash == known.HeldOut)
            return data with { Test = In(all, DataPart.HeldOut) };
        if (hash == known.Train)
            return Noted(In(all, DataPart.Train), $"the run was trained on all {all.Count:N0}");
        if (!known.IsSeeded || all.Count < 2)
            return data;
        var (train, heldOut) = SeededSplit.Rows(data.Name, all.Count, seed, whole: false);
        return DataFingerprint.Of(all, train) == known.Train && DataFingerprint.Of(all, heldOut) == known.HeldOut
            ? Noted(all.WithSources(all.Sources.In(train, heldOut)), $"the run was trained on {train.Length:N0} of {all.Count:N0}")
            : data;

        DataSplit Noted(ExampleSet examples, FormattableString what) => data with
        {
            Test = examples,
            Notes = [.. data.Notes, FormattableString.Invariant(what) + $" {examples.Format.Examples} of \"{data.Name}\""],
        };
    }

    private static ExampleSet In(ExampleSet examples, DataPart part) => examples.WithSources(examples.Sources.In(part));
}
