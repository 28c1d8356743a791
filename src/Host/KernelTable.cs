using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host;

/// <summary>Kernels with what they cost, as lines of at most <see cref="Columns"/> columns.</summary>
/// <param name="device">Whose driver may tell the resources of kernels.</param>
/// <param name="balance">Operations for each byte below which a kernel is memory-bound.</param>
internal sealed class KernelTable(Accelerator device, double balance)
{
    /// <summary>The width of the table.</summary>
    public const int Columns = 120;

    private readonly bool tellsResources = device is IKernelReporter && DeviceKind.Of(device) == DeviceKind.Cuda;

    private int NameColumns => Columns - 63 - (tellsResources ? 13 : 0);

    /// <summary>The heading of the columns.</summary>
    public string Head =>
        $"{"kernel".PadRight(NameColumns)}{"launches",8}{"group",8}{"shared",8}{(tellsResources ? $"{"regs",6}{"local",7}" : "")}"
        + $"{"FLOPs",9}{"bytes",9}{"FLOP/byte",10}  bound";

    /// <summary>A line, or two, for the launches of one kernel: counts are their sums.</summary>
    /// <param name="launches">The launches, in the same groups.</param>
    /// <param name="inStep">Whether they are those of a step.</param>
    public IEnumerable<string> Row(IReadOnlyList<KernelLaunch> launches, bool inStep)
    {
        KernelLaunch first = launches.MaxBy(launch => launch.Flops)!;
        long flops = launches.Sum(launch => launch.Flops), bytes = launches.Sum(launch => launch.Bytes);
        string name = first.Name;
        if (name.Length >= NameColumns)
        {
            yield return name;
            name = "";
        }
        KernelReport? resources = tellsResources ? KernelInspector.Resources(device, first) : null;
        string taken = tellsResources ? $"{Known(resources?.Registers),6}{Known(resources?.LocalBytes),7}" : "";
        string counts = bytes == 0
            ? "  not counted: PTX written by hand"
            : string.Create(CultureInfo.InvariantCulture,
                $"{ShortNumber.Of(flops),9}{ShortNumber.Of(bytes),9}{(double)flops / bytes,10:0.00}  {Bound(flops, bytes)}");
        yield return $"{name.PadRight(NameColumns)}{(inStep ? Known(launches.Count) : "–"),8}{Size(first.GroupDim),8}"
            + $"{first.GroupSharedBytes.Value,8}{taken}{counts}";
    }

    /// <summary>What all launches of a step do together.</summary>
    public string Sum(CatalogueStep step)
    {
        long flops = step.Launches.Sum(launch => launch.Flops), bytes = step.Launches.Sum(launch => launch.Bytes);
        KernelLaunch[] memory = [.. step.Launches.Where(launch => Bound(launch.Flops, launch.Bytes) == "memory")];
        return string.Create(CultureInfo.InvariantCulture,
            $"{step.Launches.Count} launches, {ShortNumber.Of(flops)} operations, {ShortNumber.Of(bytes)} bytes; {memory.Length} launches "
                + $"are memory-bound, with {(double)memory.Sum(launch => launch.Bytes) / Math.Max(bytes, 1):0 %} of the bytes");
    }

    /// <summary>A group's size: 256, or 16×16×1.</summary>
    public static string Size(Index3D size) => size.Y == 1 && size.Z == 1 ? $"{size.X}" : $"{size.X}×{size.Y}×{size.Z}";

    private string Bound(long flops, long bytes) => flops < balance * bytes ? "memory" : "compute";

    private static string Known(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
