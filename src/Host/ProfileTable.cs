using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Catalogue;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host;

/// <summary>A profile as lines of text, of <see cref="Columns"/> columns at most.</summary>
internal static class ProfileTable
{
    /// <summary>The width of the table.</summary>
    public const int Columns = 120;

    /// <summary>By how much parts and whole may differ before that is said.</summary>
    private const double Tolerance = 0.03;

    private const int NameColumns = 35, LeastTail = 12;

    /// <summary>The lines: a heading, a launch each, the step as a whole, and notes.</summary>
    public static IEnumerable<string> Lines(StepProfile profile)
    {
        yield return $"{"#",3} {"kernel".PadRight(NameColumns)}{"µs",9}{"middle half",17}{"share",7}"
            + $"{"FLOPs",8}{"bytes",8}{"GFLOP/s",8}{"GB/s",7}"
            + $"{"roof",8} bound";
        foreach (LaunchProfile launch in profile.Launches)
            yield return Row(launch);
        yield return $"    {"between launches",-NameColumns}{Micro(profile.Between)}";
        yield return $"    {$"sum of the medians of {profile.Launches.Count} launches",-NameColumns}{Micro(profile.SumOfMedians),9}";
        yield return $"    {"sum of the parts, step by step",-NameColumns}{Micro(profile.Parts)}{Times(profile.PartsOfWhole)} the "
            + "whole step";
        yield return $"    {"whole step, not profiled",-NameColumns}{Micro(profile.Whole)}";
        yield return $"    {"whole step, profiled",-NameColumns}{Micro(profile.Profiled)}{Times(profile.Overhead)} the whole step";
        foreach (string note in Notes(profile))
            yield return note;
    }

    /// <summary>What the device can do at most, in a line.</summary>
    public static string Limits(DeviceLimits limits)
    {
        string launch = limits.LaunchSeconds is { } seconds ? Text($"an empty launch {seconds * 1e6:0.0} µs") : "";
        if (!limits.IsMeasured)
            return $"{launch}; no peaks are measured of a device that checks kernels";
        var (nearest, farthest) = (limits.Bandwidths.First(), limits.Bandwidths.Last());
        string copies = string.Join(" to ", new[] { nearest, farthest }.Distinct()
            .Select(one => Text($"{one.Value / 1e9:0} GB/s in {Bytes(one.Key)}")));
        return Text($"{limits.FlopsPerSecond / 1e9:0} GFLOP/s; {launch}; copies {copies}");
    }

    private static IEnumerable<string> Notes(StepProfile profile)
    {
        if (profile.Launches.Any(launch => launch.IsBeyondLimits))
        {
            yield return "! is beyond the measured limit: zeros were skipped, the data came from a nearer cache than the copy's,";
            yield return "or the machine was busy while the limit was measured.";
        }
        if (!profile.IsCounted)
            yield return "– is not counted: PTX written by hand, or a kernel that the stand-in for the device does not choose.";
        if (profile.IsOneCall)
            yield return "Training makes the step by one call of the driver; the launches of a profiled step are made one by one.";
        if (Math.Abs(profile.PartsOfWhole.Median - 1) > Tolerance)
        {
            yield return $"The sum is not within {Text($"{Tolerance:0 %}")} of the whole step: "
                + $"{(profile.IsOneCall ? "launches run side by side, or " : "")}the machine is busy. Take more --steps.";
        }
        if (Math.Abs(profile.SumOfMedians / profile.Parts.Median - 1) > Tolerance)
            yield return "The medians do not add up to the median of the sums: other programs hold each step up at another launch.";
    }

    private static string Row(LaunchProfile launch)
    {
        string mark = launch.IsBeyondLimits ? "!" : "";
        string roof = launch.OfRoofline switch
        {
            null => "–",
            > 9.99 => "> 999 %!",
            { } share => Text($"{share:0 %}{mark}"),
        };
        string bound = launch.Bound is { } found ? OptionName.Of(found) : "–";
        return $"{launch.Number,3} {Shortened(launch.Kernel).PadRight(NameColumns)}{Micro(launch.Seconds)}{Text($"{launch.Share:0.0 %}"),7}"
            + $"{ShortNumber.Of(launch.Flops),8}{ShortNumber.Of(launch.Bytes),8}"
            + $"{Rate(launch.FlopsPerSecond),8}{Rate(launch.BytesPerSecond),7}{roof,8} "
            + $"{bound}";
    }

    /// <summary>How many times as long.</summary>
    private static string Times(Spread ratio) => Text($"  {ratio.Median:0.000} ({ratio.Low:0.000}–{ratio.High:0.000}) of");

    /// <summary>The median and the middle half, in microseconds.</summary>
    private static string Micro(Spread seconds) => $"{Micro(seconds.Median),9}{$"({Micro(seconds.Low)}–{Micro(seconds.High)})",17}";

    private static string Micro(double seconds) => seconds >= 1e-3 ? Text($"{seconds * 1e6:0}") : Text($"{seconds * 1e6:0.0}");

    private static string Rate(double? perSecond) => perSecond is { } value ? Text($"{value / 1e9:0.0}") : "–";

    private static string Bytes(long bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";

    /// <summary>The kernel and the end of its policies, which tell launches of it apart.</summary>
    private static string Shortened(string name)
    {
        if (name.Length < NameColumns)
            return name;
        int head = Math.Min(KernelCatalogue.Plain(name).Length + 1, NameColumns - LeastTail);
        return $"{name[..head]}…{name[^(NameColumns - 2 - head)..]}";
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
