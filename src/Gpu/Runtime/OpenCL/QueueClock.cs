using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime.Cuda;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Runtime.OpenCL;

/// <summary>The device's clock: a second queue that profiles, and an event for each launch.</summary>
internal sealed unsafe class QueueClock : LaunchClock
{
    // CL_QUEUE_PROFILING_ENABLE, CL_PROFILING_COMMAND_START, CL_PROFILING_COMMAND_END
    private const ulong Profiling = 2;
    private const uint CommandStart = 0x1282, CommandEnd = 0x1283;

    private readonly OpenCL12Accelerator accelerator;
    private readonly nint queue;

    private QueueClock(OpenCL12Accelerator accelerator, nint queue) => (this.accelerator, this.queue) = (accelerator, queue);

    /// <summary>The clock; null where the driver has no queues that profile.</summary>
    public static QueueClock? Open(OpenCL12Accelerator accelerator, nint context, nint device)
    {
        CLError error;
        nint queue = clCreateCommandQueue(context, device, Profiling, &error);
        return error == CLError.CL_SUCCESS ? new(accelerator, queue) : null;
    }

    public override LaunchTimes Time(IReadOnlyList<RecordedStep> steps, bool workers)
    {
        accelerator.Finish();
        var events = new List<nint>(steps.Count);
        try
        {
            accelerator.Profile(queue, events, () =>
            {
                foreach (RecordedStep step in steps)
                    step.Run((EngineStream)accelerator.DefaultStream);
                accelerator.Finish();
            });
            (ulong Start, ulong End)[] times = [.. events.Select(one => (Ask(one, CommandStart), Ask(one, CommandEnd)))];
            return new(
                "the profiling events of "
                    + "OpenCL", [.. times.Select(time => Seconds(time.Start))], [.. times.Select(time => Seconds(time.End))], []);

            double Seconds(ulong time) => 1e-9 * (time - times[0].Start);
        }
        finally
        {
            foreach (nint one in events)
                clReleaseEvent(one);
        }
    }

    public override void Dispose() => clReleaseCommandQueue(queue);

    /// <summary>A time of an event, in nanoseconds.</summary>
    private static ulong Ask(nint @event, uint what)
    {
        ulong time;
        clGetEventProfilingInfo(@event, what, sizeof(ulong), &time, null).Check("clGetEventProfilingInfo");
        return time;
    }
}
