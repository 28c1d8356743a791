using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>The processor: its cores run groups, its vectors run the threads of a group.</summary>
[DeviceType(AcceleratorTypes.Simd)]
public class SimdDevice : EngineDevice
{
    private SimdDevice(int threads, int vectorBits)
    {
        Name = ProcessorName();
        WarpSize = vectorBits / 32;
        Bound(1024, 256 * 1024);
        NumMultiprocessors = threads;
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    /// <summary>The vector width in bits.</summary>
    public int VectorBits => WarpSize * 32;

    private protected override string Kind => "SIMD";

    /// <param name="threads">Workers; 0 for one per core.</param>
    /// <param name="vectorBits">512, 256, 128 or 32 (scalar); 0 for the widest that the processor has.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative, or there are no such vectors.</exception>
    public static SimdDevice Create(int threads = 0, int vectorBits = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (vectorBits is not (0 or 32 or 128 or 256 or 512))
            throw new ArgumentOutOfRangeException(nameof(vectorBits), $"Vectors have 32, 128, 256 or 512 bits, not {vectorBits}.");
        return new(threads == 0 ? Environment.ProcessorCount : threads, vectorBits == 0 ? WidestVector() : vectorBits);
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateSimdAccelerator(context);

    public SimdAccelerator CreateSimdAccelerator(Context context) => new(context, ToOpen());

    /// <summary>The device as an accelerator is told it.</summary>
    internal SimdDevice ToOpen() => new Opened(NumMultiprocessors, VectorBits);

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

    /// <summary>
    /// The device as its accelerator holds it: of ILGPU's type CPU, since its memory is the host's. Views can then be indexed on the
    /// host, and ILGPU's own buffers copy to and from it. The device that a context registers must not be of that type.
    /// </summary>
    [DeviceType(AcceleratorType.CPU)]
    private sealed class Opened(int threads, int vectorBits) : SimdDevice(threads, vectorBits);
}
