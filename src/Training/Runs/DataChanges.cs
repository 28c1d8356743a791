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
    /// Whether examples that a run was trained on are held out now: where the seed draws the held-out part, a change of the data
    /// deals all examples out anew.
    /// </summary>
    public static bool Mix(DataConfiguration then, DataConfiguration now) =>
        then.Fingerprint is { } before && now.Fingerprint is { } after
            && (before.IsSeeded || after.IsSeeded) && before.Train != after.Train;

    private static string[] Part(string what, (int Count, string Hash) then, (int Count, string Hash) now) => then == now
        ? []
        : then.Count == now.Count
            ? [FormattableString.Invariant($"the contents of its {now.Count:N0} {what} have changed")]
            : [FormattableString.Invariant($"it has {now.Count:N0} {what} instead of {then.Count:N0}")];
}
