using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>The GPU's clock: an event before the first launch and one behind each. Launches run in order, on one stream.</summary>
internal sealed unsafe class EventClock(PtxAccelerator accelerator) : LaunchClock
{
    private readonly List<nint> events = [];

    public override LaunchTimes Time(IReadOnlyList<RecordedStep> steps, bool workers)
    {
        var stream = (EngineStream)accelerator.DefaultStream;
        accelerator.Enter();
        while (events.Count <= steps.Count)
        {
            nint made;
            accelerator.Check(accelerator.Driver.EventCreate(&made, CudaNumber.EventDefault), "cuEventCreate");
            events.Add(made);
        }
        Record(0, stream);
        for (int i = 0; i < steps.Count; i++)
        {
            steps[i].Run(stream);
            Record(i + 1, stream);
        }
        accelerator.Finish(stream);
        var marks = new double[steps.Count + 1];
        for (int i = 1; i < marks.Length; i++)
        {
            float milliseconds;
            accelerator.Check(accelerator.Driver.EventElapsedTime(&milliseconds, events[i - 1], events[i]), "cuEventElapsedTime");
            marks[i] = marks[i - 1] + 1e-3 * milliseconds;
        }
        return Between("the events of CUDA", marks);
    }

    public override void Dispose()
    {
        if (accelerator.IsLost)
            return;
        accelerator.Enter();
        foreach (nint one in events)
            accelerator.Check(accelerator.Driver.EventDestroy(one), "cuEventDestroy");
        events.Clear();
    }

    private void Record(int number, EngineStream stream) =>
        accelerator.Check(accelerator.Driver.EventRecord(events[number], stream.Handle), "cuEventRecord");
}
