using System.Runtime.InteropServices;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Accelerators.Cuda;

/// <summary>
/// Page-locked memory that copies go through in pieces, so that the device moves one piece while the processor moves the next. Allocated
/// at the first copy, and reused by all; whoever copies holds the lock of the accelerator's copies.
/// </summary>
internal sealed unsafe class StagingRing(PtxAccelerator accelerator)
{
    internal const int Slots = 4;
    internal const long SlotBytes = 1 << 20;

    private readonly ICudaDriver driver = accelerator.Driver;
    private readonly nint[] moved = new nint[Slots];
    private byte* memory;

    /// <summary>Copies to the device and waits.</summary>
    public void CopyIn(nint stream, ulong target, byte* source, long bytes)
    {
        Open();
        for (long piece = 0; piece * SlotBytes < bytes; piece++)
        {
            long start = piece * SlotBytes, length = Math.Min(SlotBytes, bytes - start);
            if (piece >= Slots)
                Wait(piece);
            NativeMemory.Copy(source + start, Slot(piece), (nuint)length);
            accelerator.Check(driver.MemcpyHtoDAsync(target + (ulong)start, Slot(piece), (nuint)length, stream), "cuMemcpyHtoDAsync");
            accelerator.Check(driver.EventRecord(moved[piece % Slots], stream), "cuEventRecord");
        }
        accelerator.Check(driver.StreamSynchronize(stream), "cuStreamSynchronize");
    }

    /// <summary>Copies from the device and waits.</summary>
    public void CopyOut(nint stream, ulong source, byte* target, long bytes)
    {
        Open();
        long pieces = (bytes + SlotBytes - 1) / SlotBytes;
        for (long piece = 0; piece < pieces + Slots; piece++)
        {
            long old = piece - Slots;
            if (old >= 0 && old < pieces)
            {
                Wait(old);
                NativeMemory.Copy(Slot(old), target + old * SlotBytes, (nuint)Math.Min(SlotBytes, bytes - old * SlotBytes));
            }
            if (piece >= pieces)
                continue;
            long start = piece * SlotBytes;
            nuint length = (nuint)Math.Min(SlotBytes, bytes - start);
            accelerator.Check(driver.MemcpyDtoHAsync(Slot(piece), source + (ulong)start, length, stream), "cuMemcpyDtoHAsync");
            accelerator.Check(driver.EventRecord(moved[piece % Slots], stream), "cuEventRecord");
        }
    }

    /// <summary>Gives the memory back; nothing is under way.</summary>
    public void Release()
    {
        foreach (nint each in moved.Where(each => each != 0))
            driver.EventDestroy(each);
        Array.Clear(moved);
        if (memory is not null)
            driver.MemFreeHost(memory);
        memory = null;
    }

    private byte* Slot(long piece) => memory + piece % Slots * SlotBytes;

    private void Wait(long piece) => accelerator.Check(driver.EventSynchronize(moved[piece % Slots]), "cuEventSynchronize");

    private void Open()
    {
        if (memory is not null)
            return;
        for (int i = 0; i < Slots; i++)
        {
            if (moved[i] != 0)
                continue;
            nint made;
            accelerator.Check(driver.EventCreate(&made, CudaNumber.EventDisableTiming), "cuEventCreate");
            moved[i] = made;
        }
        void* allocated;
        CudaError error = driver.MemHostAlloc(&allocated, (nuint)(Slots * SlotBytes), 0);
        if (error == CudaError.CUDA_ERROR_OUT_OF_MEMORY)
        {
            throw new OutOfMemoryException(
                $"The system cannot provide {Slots * SlotBytes:N0} bytes of page-locked memory for copies to and from "
                + $"{accelerator.Name} ({error}). End other programs, or give the container more memory.");
        }
        accelerator.Check(error, "cuMemHostAlloc");
        memory = (byte*)allocated;
    }
}
