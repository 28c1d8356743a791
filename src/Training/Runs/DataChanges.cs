using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Runs;

/// <summary>What is no longer as it was in the data of a run.</summary>
internal static class DataChanges
{
    /// <summary>The changes in words; null where there are none, or the run is of an earlier version and has no fingerprint.</summary>
    /// <param name="run">The run.</param>
    /// <param name="now">Its data as it is now.</param>
    public static string? Of(RunConfiguration run, DataConfiguration now)
    {
        var then = run.Data;
        if (then.Fingerprint is not { } before || now.Fingerprint is not { } after)
            return null;
        string examples = run.Format.Examples;
        string[] changes =
        [
            .. Part($"{examples} to train on", (then.Train, before.Train), (now.Train, after.Train)),
            .. Part($"{examples} held out", (then.Test, before.HeldOut), (now.Test, after.HeldOut)),
            .. run.Model.Classes > 0 && then.Train == now.Train && before.Labels != after.Labels
                ? ["its labels have changed"]
                : (string[])[],
        ];
        return changes.Length == 0 ? null : string.Join(", and ", changes);
    }

    /// <summary>
    /// Why examples that a run was trained on may be held out now; null where none is. Where the seed draws the held-out part, a change of
    /// the data redistributes all examples. Where it comes with the data, an example that moved into it changes both parts.
    /// </summary>
    public static string? Mixture(DataConfiguration then, DataConfiguration now)
    {
        if (then.Fingerprint is not { } before || now.Fingerprint is not { } after || before.Train == after.Train)
            return null;
        if (before.IsSeeded || after.IsSeeded)
            return "Examples that were trained on would count as held out: restore the data, or name it with --data to use all of it.";
        return before.HeldOut == after.HeldOut ? null
            : "Examples that were trained on may be among those held out: restore the data, or name it with --data to use what is held "
                + "out now.";
    }

    private static string[] Part(string what, (int Count, string Hash) then, (int Count, string Hash) now) => then == now
        ? []
        : then.Count == now.Count
            ? [FormattableString.Invariant($"the contents of its {now.Count:N0} {what} have changed")]
            : [FormattableString.Invariant($"it has {now.Count:N0} {what} instead of {then.Count:N0}")];
}
