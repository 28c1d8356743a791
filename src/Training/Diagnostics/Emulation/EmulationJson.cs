using System.Text.Json;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Profiling;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Diagnostics.Emulation;

/// <summary>Writes emulated figures as JSON.</summary>
public static class EmulationJson
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; an older one is left as it was.</exception>
    public static void Write(string path, GpuLimits gpu, IEnumerable<EmulatedKernel> kernels) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteBoolean("isMeasured", false);
        json.WriteStartObject("gpu");
        json.WriteString("name", gpu.FullName);
        json.WriteString("computeCapability", $"{gpu.Capability}");
        json.WriteEndObject();
        json.WriteStartArray("kernels");
        foreach (EmulatedKernel kernel in kernels)
            Write(json, kernel);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, EmulatedKernel kernel)
    {
        WarpProfile? warps = kernel.Launch.Warps;
        json.WriteStartObject();
        json.WriteString("step", kernel.Step);
        json.WriteString("kernel", kernel.Launch.Name);
        json.Write("sectorsPerRequest", warps?.GlobalPerRequest?.Transactions);
        json.Write("leastSectorsPerRequest", warps?.GlobalPerRequest?.Least);
        json.Write("bankPassesPerRequest", warps?.SharedPerRequest?.Transactions);
        json.Write("leastBankPassesPerRequest", warps?.SharedPerRequest?.Least);
        json.Write("divergentBranches", warps?.DivergentBranches);
        json.Write("activeLanes", warps?.ActiveLanes);
        json.WriteNumber("threads", kernel.Launch.GroupDim.Size);
        json.WriteNumber("sharedBytes", kernel.Launch.GroupSharedBytes.Value);
        json.Write("registers", kernel.Registers);
        json.WriteNumber("groupsPerMultiprocessor", kernel.Occupancy.Groups);
        json.WriteNumber("occupancy", kernel.Occupancy.Share);
        json.WriteString("occupancyLimit", OptionName.Of(kernel.Occupancy.Limit));
        json.WriteEndObject();
    }
}
