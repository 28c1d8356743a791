using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VaeGpu.Gpu.Runtime;

/// <summary>The processor: its cores run groups, its vectors run the threads of a group.</summary>
public sealed class CpuDevice : Device
{
    private CpuDevice() { }

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    /// <summary>The vector width in bits.</summary>
    public int VectorBits => WarpSize * 32;

    /// <param name="threads">Workers; 0 for one per core.</param>
    /// <param name="vectorBits">512, 256, 128 or 32; 0 for the widest that the processor has.</param>
    internal static CpuDevice Create(int threads, int vectorBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (vectorBits is not (0 or 32 or 128 or 256 or 512))
            throw new ArgumentOutOfRangeException(nameof(vectorBits), $"Vectors have 32, 128, 256 or 512 bits, not {vectorBits}.");
        int bits = vectorBits == 0 ? WidestVector() : vectorBits;
        return new CpuDevice
        {
            Name = ProcessorName(),
            WarpSize = bits / 32,
            MaxNumThreadsPerGroup = 1024,
            MaxSharedMemoryPerGroup = 256 * 1024,
            NumMultiprocessors = threads == 0 ? Environment.ProcessorCount : threads,
            MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => new CpuAccelerator(this);

    private static int WidestVector() =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported
            ? 512
            : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;

    private static string ProcessorName()
    {
        try
        {
            foreach (string line in OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo") : [])
            {
                if (line.StartsWith("model name", StringComparison.Ordinal))
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        catch (IOException)
        {
            // A system without /proc: the architecture must do.
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? $"{RuntimeInformation.ProcessArchitecture} processor";
    }
}
