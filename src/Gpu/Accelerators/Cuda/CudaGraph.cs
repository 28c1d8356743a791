using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Accelerators.Cuda;

/// <summary>
/// Recorded launches as a CUDA graph: captured from a stream of its own, and instantiated. A launch waits for those alone whose memory it
/// uses (<see cref="DataDependencies"/>), so that small kernels that have nothing to do with each other run side by side.
/// </summary>
internal sealed unsafe class CudaGraph : LaunchGraph
{
    private readonly PtxAccelerator accelerator;
    private readonly ICudaDriver driver;
    private readonly string name;
    private readonly bool inOrder;
    private nint executable;

    public CudaGraph(PtxAccelerator accelerator, Recorder recorded) : base(accelerator, recorded)
    {
        (this.accelerator, driver, inOrder) = (accelerator, accelerator.Driver, recorded.InOrder);
        name = $"a graph of {Count} launches";
        // A stream that is captured must not be kept waiting by the compiler.
        foreach (RecordedLaunch launch in recorded.Steps.OfType<RecordedLaunch>())
            ((CudaExecutable)launch.Executable).For(launch.Arguments);
        nint captured = Capture();
        nint made;
        CudaError error = driver.GraphInstantiate(&made, captured, 0);
        driver.GraphDestroy(captured);
        accelerator.Check(error, "cuGraphInstantiateWithFlags");
        executable = made;
    }

    public override bool IsOneCall => true;

    internal override void Run()
    {
        accelerator.Enter();
        accelerator.Launched(name);
        accelerator.Check(driver.GraphLaunch(executable, ((EngineStream)accelerator.DefaultStream).Handle), "cuGraphLaunch");
    }

    internal override void Release()
    {
        if (executable == 0 || accelerator.IsLost)
            return;
        accelerator.Enter();
        accelerator.Check(driver.GraphExecDestroy(executable), "cuGraphExecDestroy");
        executable = 0;
    }

    private nint Capture()
    {
        accelerator.Enter();
        // Not one of the accelerator's: another thread that waits for all of these would spoil the capture.
        nint handle;
        accelerator.Check(driver.StreamCreate(&handle, CudaNumber.StreamNonBlocking), "cuStreamCreate");
        try
        {
            return Capture(new EngineStream(accelerator, handle));
        }
        finally
        {
            driver.StreamDestroy(handle);
        }
    }

    private nint Capture(EngineStream stream)
    {
        accelerator.Check(driver.StreamBeginCapture(stream.Handle, CudaNumber.CaptureThreadLocal), "cuStreamBeginCapture");
        nint graph = 0;
        bool isWhole = false;
        try
        {
            CaptureSteps(stream);
            isWhole = true;
        }
        finally
        {
            // Ended in any case: a stream that is still captured could not be destroyed.
            CudaError error = driver.StreamEndCapture(stream.Handle, &graph);
            if (isWhole)
                accelerator.Check(error, "cuStreamEndCapture");
            else if (graph != 0)
                driver.GraphDestroy(graph);
        }
        return graph;
    }

    private void CaptureSteps(EngineStream stream)
    {
        int[][] waits = inOrder
            ? [.. Enumerable.Range(0, Steps.Count).Select(step => step == 0 ? [] : new[] { step - 1 })]
            : DataDependencies.Of([.. Steps.Select(Uses)]);
        var last = new nint[Steps.Count][];
        for (int i = 0; i < last.Length; i++)
        {
            nint[] before = [.. waits[i].SelectMany(step => last[step]).Distinct()];
            // An array in any case: the manual does not say that an empty set may be null.
            fixed (nint* nodes = before.Length > 0 ? before : [0])
            {
                accelerator.Check(
                    driver.StreamUpdateCaptureDependencies(stream.Handle, nodes, (nuint)before.Length, CudaNumber.SetCaptureDependencies),
                    "cuStreamUpdateCaptureDependencies");
            }
            Steps[i].Run(stream);
            last[i] = Last(stream.Handle);
        }
    }

    /// <summary>What a launch that were captured now would wait for.</summary>
    private nint[] Last(nint stream)
    {
        int status;
        ulong id;
        nint graph;
        nint* nodes;
        nuint count;
        accelerator.Check(driver.StreamGetCaptureInfo(stream, &status, &id, &graph, &nodes, &count), "cuStreamGetCaptureInfo_v2");
        return new ReadOnlySpan<nint>(nodes, (int)count).ToArray();
    }

    private static MemoryUse[] Uses(RecordedStep step) => step switch
    {
        RecordedFill fill => [fill.Use],
        RecordedLaunch launch => ((CudaExecutable)launch.Executable).Uses(launch.Arguments),
        _ => throw new InvalidOperationException($"A {step.GetType().Name} does not tell what memory it uses."),
    };
}
