using System.Runtime.CompilerServices;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Training.Data;

/// <summary>Examples in device memory.</summary>
internal sealed class DeviceExamples : IDisposable
{
    private readonly IDisposable memory;

    private DeviceExamples(IDisposable memory, Action<ArrayView<float>, ArrayView<ControlBlock>, BatchShape> gather) =>
        (this.memory, Gather) = (memory, gather);

    /// <summary>Fills a batch with the examples that the counters point to.</summary>
    public Action<ArrayView<float>, ArrayView<ControlBlock>, BatchShape> Gather { get; }

    /// <summary>Copies the <paramref name="numbers"/> of <paramref name="count"/> examples to the device.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public static DeviceExamples Of<T>(
        Accelerator accelerator, int count, T[] numbers, Action<ArrayView<T>, ArrayView<float>, ArrayView<ControlBlock>, BatchShape> gather)
        where T : unmanaged
    {
        Backend.ThrowIfNoRoom(
            accelerator, FormattableString.Invariant($"A copy of {count:N0} examples"), numbers.LongLength * Unsafe.SizeOf<T>());
        MemoryBuffer1D<T, Stride1D.Dense> memory = accelerator.Allocate1D(numbers);
        return new DeviceExamples(memory, (batch, control, shape) => gather(memory.View, batch, control, shape));
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();
}
