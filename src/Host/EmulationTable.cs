using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Emulation;

namespace VaeGpu.Host;

/// <summary>Emulated kernels as lines of at most <see cref="KernelTable.Columns"/> columns.</summary>
internal static class EmulationTable
{
    private const int NameColumns = KernelTable.Columns - 88;

    /// <summary>The lines: a heading that says what the figures are, and a row for each kernel.</summary>
    /// <param name="kernels">The kernels, in the order of their steps.</param>
    /// <param name="gpu">The GPU.</param>
    /// <param name="hasAssembler">Whether NVIDIA's assembler was found.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<EmulatedKernel> kernels, GpuLimits gpu, bool hasAssembler)
    {
        yield return "Emulated, not measured: the interpreter runs the first two groups along each axis and the last, in warps of 32.";
        yield return "Caches and time are not emulated. The figures of a kernel are those of its launch with the most operations.";
        yield return "sectors: of 32 bytes of global memory for each request of a warp, and the fewest that hold the bytes it needs";
        yield return "passes: over the banks of shared memory for each request of a warp, and those that it takes without conflicts";
        yield return "diverge: warps at a branch whose threads take both sides; active: threads of a warp that take part, on average";
        yield return $"groups, occup.: resident on a multiprocessor of an {gpu.FullName} (compute capability {gpu.Capability}), and what "
            + "limits them";
        yield return Registers(kernels, gpu, hasAssembler);
        yield return "";
        yield return $"{"kernel".PadRight(NameColumns)}{"sectors",12}{"passes",12}{"diverge",8}{"active",8}{"threads",8}{"shared",8}"
            + $"{"regs",6}{"groups",7}{"occup.",7}  limit";
        foreach (var step in kernels.GroupBy(kernel => kernel.Step))
        {
            if (step.Key is not null)
            {
                yield return "";
                yield return $"step: {step.Key}";
            }
            foreach (string line in step.SelectMany(Row))
                yield return line;
        }
    }

    private static string Registers(IReadOnlyList<EmulatedKernel> kernels, GpuLimits gpu, bool hasAssembler)
    {
        if (!hasAssembler)
            return "regs: not known, as ptxas of the CUDA toolkit is not on PATH; without their limit, occupancy is an upper bound";
        string line = $"regs: registers of a thread, by ptxas for {gpu.Architecture}";
        string? refusal = kernels.Select(kernel => kernel.RegistersRefusal).FirstOrDefault(refusal => refusal is not null);
        return refusal is null ? line : $"{line}; – where it refuses, so that occupancy is an upper bound:\n  {refusal}";
    }

    private static IEnumerable<string> Row(EmulatedKernel kernel)
    {
        (WarpProfile? warps, Occupancy occupancy) = (kernel.Launch.Warps, kernel.Occupancy);
        string name = kernel.Launch.Name;
        if (name.Length >= NameColumns)
        {
            yield return name;
            name = "";
        }
        yield return $"{name.PadRight(NameColumns)}{Of(warps?.GlobalPerRequest),12}{Of(warps?.SharedPerRequest),12}"
            + $"{Percent(warps?.DivergentBranches),8}{Percent(warps?.ActiveLanes),8}"
            + string.Create(CultureInfo.InvariantCulture, $"{kernel.Launch.GroupDim.Size,8}{kernel.Launch.GroupSharedBytes.Value,8}")
            + $"{kernel.Registers?.ToString(CultureInfo.InvariantCulture) ?? "–",6}"
            + string.Create(CultureInfo.InvariantCulture, $"{occupancy.Groups,7}") + $"{Percent(occupancy.Share),7}  "
            + InWords(occupancy.Limit);
    }

    private static string Of((double Transactions, double Least)? request) => request is { } one
        ? string.Create(CultureInfo.InvariantCulture, $"{one.Transactions:0.0} of {one.Least:0.0}")
        : "–";

    private static string Percent(double? share) =>
        share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{part * 100:0} %") : "–";

    private static string InWords(OccupancyLimit limit) =>
        limit == OccupancyLimit.SharedMemory ? "shared" : OptionName.Of(limit);
}
