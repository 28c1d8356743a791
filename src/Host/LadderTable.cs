using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Ladders;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Host;

/// <summary>A ladder as lines of text, of <see cref="ProfileTable.Columns"/> columns at most.</summary>
internal static class LadderTable
{
    private const int NameColumns = 26;

    /// <summary>The lines: the task and its limit, a row for each rung, the idea and the source of each, and notes.</summary>
    public static IEnumerable<string> Lines(LadderResult result, string device)
    {
        Ladder ladder = result.Ladder;
        yield return $"task    {ladder.Task}, {ladder.InWords(result.Sizes)}: {Count(result.Task.Flops)} FLOPs and "
            + $"{Count(result.Task.Bytes)} bytes at least";
        yield return $"device  {device}";
        yield return $"limit   {Limit(result)}";
        yield return $"library {result.Library?.Name ?? "none at hand for this device"}";
        yield return "";
        yield return $"{"#",3} {"rung",-NameColumns}{"for",-6}{"µs",8}{"middle half",16}{"~FLOPs",8}{"~access",9}{"FLOP/B",8}"
            + $"{result.Task.RateUnit,8}{"limit",7}{"library",8}{"gain",12}";
        foreach (RungResult rung in result.Rungs)
            yield return Row(rung);
        if (result.Library is { } library)
            yield return $"    {library.Name,-NameColumns - 6}{Micro(library.Seconds)}{"",25}{Rates(result.Task, library.Seconds)}";
        yield return "";
        foreach (RungResult rung in result.Rungs)
            yield return $"{rung.Number,3} {rung.Rung.Path}: {rung.Rung.Idea}";
        yield return "";
        foreach (string note in Notes(result))
            yield return note;
    }

    private static string Limit(LadderResult result)
    {
        if (result.Task.LeastSeconds is not { } seconds)
            return "none: no peaks are measured of a device that checks kernels";
        return Text($"{seconds * 1e6:0.0} µs: {(result.Task.IsMemory ? "memory" : "compute")}-bound at ")
            + Text($"{result.Limits.FlopsPerSecond / 1e9:0} GFLOP/s and {result.Limits.BytesPerSecond(result.Task.Bytes) / 1e9:0} GB/s, ")
            + "both measured";
    }

    private static string Row(RungResult rung)
    {
        string head = $"{rung.Number,3} {rung.Rung.Name,-NameColumns}{Devices(rung.Rung.Devices),-6}";
        if (rung.Seconds is not { } seconds)
            return $"{head}{"–",8}  not run: {rung.Refusal}";
        string library = rung.OfLibrary is { } ratio ? Text($"{Ratio(ratio.Median)} ×") : "–";
        string gain = rung.Gain is { } gained ? Text($"{Ratio(gained.Median)} × {rung.After,2}") : "";
        string intensity = rung.Intensity is { } operations ? Text($"{operations:0.00}") : "–";
        return $"{head}{Micro(seconds)}{Count(rung.Flops),8}{Count(rung.AccessedBytes),9}{intensity,8}{Rates(rung.Task, seconds)}"
            + $"{library,8}{gain,12}".TrimEnd();
    }

    private static string Devices(RungDevices devices) => devices == RungDevices.TensorCores ? "tensor" : OptionName.Of(devices);

    private static string Rates(TaskBound task, Spread seconds)
    {
        string limit = task.OfLimit(seconds) is { } share ? Text($"{share:0 %}{(share > 1 ? "!" : "")}") : "–";
        return Text($"{task.Work / seconds.Median / 1e9,8:0.0}") + $"{limit,7}";
    }

    private static IEnumerable<string> Notes(LadderResult result)
    {
        yield return "access: bytes that the threads load and store in device memory, caches included. ~ is counted in a sample of the "
            + "groups:";
        yield return "exact where these do equal work, an estimate elsewhere. gain: how many times as fast as the rung of that number.";
        RungResult[] run = [.. result.Rungs.Where(rung => rung.Seconds is not null)];
        foreach (var same in run.GroupBy(rung => rung.Rung.Order))
        {
            string numbers = string.Join(", ", same.Select(rung => rung.Number));
            string difference = same.First().Difference is > 0 and var error
                ? Text($"; relative difference from rung {run[0].Number}: {error:0.0e-0}") : "";
            yield return $"{(same.Count() == 1 ? "Rung" : "Rungs")} {numbers}: {same.Key}"
                + $"{(same.Count() == 1 ? "" : "; the same results, bit for bit")}{difference}.";
        }
        if (run.Any(rung => rung.OfLimit > 1) || result.Library is { } library && result.Task.OfLimit(library.Seconds) > 1)
        {
            yield return "! is beyond the measured limit: the data came from a nearer cache than the copy's, tensor cores were used,";
            yield return "or the machine was busy while the limit was measured.";
        }
        if (run.Any(rung => rung.Flops is null))
            yield return "– is not counted: PTX written by hand.";
    }

    private static string Micro(Spread seconds) => $"{Micro(seconds.Median),8}{$"({Micro(seconds.Low)}–{Micro(seconds.High)})",16}";

    private static string Micro(double seconds) => seconds >= 1e-3 ? Text($"{seconds * 1e6:0}") : Text($"{seconds * 1e6:0.0}");

    private static string Ratio(double ratio) => ratio >= 10 ? Text($"{ratio:0.0}") : Text($"{ratio:0.00}");

    private static string Count(double? count) => count switch
    {
        null => "–",
        >= 1e9 => Text($"{count / 1e9:0.00}G"),
        >= 1e6 => Text($"{count / 1e6:0.0}M"),
        >= 1e3 => Text($"{count / 1e3:0.0}k"),
        _ => Text($"{count:0}"),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
