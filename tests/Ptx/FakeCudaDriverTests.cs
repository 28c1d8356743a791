using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Tests.Ptx;

/// <summary>The stand-in for the driver is strict: what NVIDIA's may let pass is an error.</summary>
internal sealed unsafe class FakeCudaDriverTests
{
    private FakeCudaDriver driver = null!;
    private nint context, stream;

    [SetUp]
    public void Open()
    {
        driver = new FakeCudaDriver();
        nint retained, made;
        driver.Init(0);
        driver.DevicePrimaryCtxRetain(&retained, 40);
        driver.CtxSetCurrent(retained);
        driver.StreamCreate(&made, CudaNumber.StreamNonBlocking);
        (context, stream) = (retained, made);
    }

    [Test]
    public void Nothing_works_before_the_driver_is_started()
    {
        int count;
        Assert.That(new FakeCudaDriver().DeviceGetCount(&count), Is.EqualTo(CudaError.CUDA_ERROR_NOT_INITIALIZED));
    }

    [Test]
    public void A_thread_whose_context_is_not_current_gets_nothing()
    {
        CudaError error = default;
        var other = new Thread(() =>
        {
            ulong address;
            error = driver.MemAlloc(&address, 8);
        });
        other.Start();
        other.Join();
        Assert.That(error, Is.EqualTo(CudaError.CUDA_ERROR_INVALID_CONTEXT));
        Assert.That(driver.CtxSetCurrent(context + 1), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_CONTEXT));
        driver.DevicePrimaryCtxRelease(40);
        Assert.That(driver.StreamSynchronize(stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_CONTEXT));
    }

    [Test]
    public void What_was_made_in_a_device_s_context_is_unknown_in_another_s()
    {
        var two = new FakeCudaDriver { Devices = 2 };
        nint first, second, made;
        ulong address;
        two.Init(0);
        two.DevicePrimaryCtxRetain(&first, 40);
        two.DevicePrimaryCtxRetain(&second, 41);
        Assert.That(second, Is.Not.EqualTo(first));
        two.CtxSetCurrent(first);
        two.StreamCreate(&made, CudaNumber.StreamNonBlocking);
        two.MemAlloc(&address, 8);
        two.CtxSetCurrent(second);
        Assert.That(two.StreamSynchronize(made), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(two.MemFree(address), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE));
    }

    [Test]
    public void A_linker_s_options_are_numbers_and_addresses_packed_as_pointers_and_tell_how_much_was_written()
    {
        byte* log = stackalloc byte[64], errors = stackalloc byte[64];
        CudaJitOption* names = stackalloc CudaJitOption[]
        {
            CudaJitOption.InfoLogBuffer, CudaJitOption.InfoLogBufferBytes, CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferBytes,
            CudaJitOption.OptimizationLevel,
        };
        void** values = stackalloc void*[] { log, (void*)64, errors, (void*)64, (void*)5 };
        nint linker;
        Assert.That(driver.LinkCreate(5, names, values, &linker), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE), "levels end at 4");
        Assert.That(driver.LinkCreate(4, names, values, &linker), Is.EqualTo(CudaError.CUDA_SUCCESS));
        fixed (byte* text = "no PTX\0"u8)
            Assert.That(driver.LinkAddData(linker, CudaNumber.JitInputPtx, text, 7, text, 0, null, null),
                Is.EqualTo(CudaError.CUDA_ERROR_INVALID_PTX));
        Assert.That((int)values[3], Is.EqualTo(new ReadOnlySpan<byte>(errors, 64).IndexOf((byte)0) + 1));
    }

    [Test]
    public void Memory_is_used_only_while_it_is_there()
    {
        ulong address;
        driver.MemAlloc(&address, 8);
        Assert.That(driver.MemsetD8Async(address, 0, 9, stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE), "beyond the end");
        Assert.That(driver.MemFree(address + 4), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE));
        Assert.That(driver.MemFree(address), Is.EqualTo(CudaError.CUDA_SUCCESS));
        Assert.That(driver.MemFree(address), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE));
        Assert.That(driver.MemsetD8Async(address, 0, 8, stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE));
    }

    [Test]
    public void Copies_go_through_page_locked_memory_and_run_when_they_are_waited_for()
    {
        ulong address;
        void* host;
        driver.MemAlloc(&address, 8);
        driver.MemHostAlloc(&host, 8, 0);
        long own = 1;
        Assert.That(driver.MemcpyHtoDAsync(address, &own, 8, stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_VALUE));
        *(long*)host = 5;
        Assert.That(driver.MemcpyHtoDAsync(address, host, 8, stream), Is.EqualTo(CudaError.CUDA_SUCCESS));
        *(long*)host = 6;
        driver.StreamSynchronize(stream);
        *(long*)host = 7;
        driver.MemcpyDtoHAsync(host, address, 8, stream);
        Assert.That(*(long*)host, Is.EqualTo(7));
        driver.StreamSynchronize(stream);
        Assert.That(*(long*)host, Is.EqualTo(6), "whoever overwrites the source too early sends what he wrote");
    }

    [Test]
    public void Handles_are_of_one_kind_and_die()
    {
        nint mark, graph;
        driver.EventCreate(&mark, 0);
        Assert.That(driver.StreamSynchronize(0), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(driver.StreamSynchronize(mark), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(driver.EventRecord(stream, stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(driver.StreamDestroy(stream), Is.EqualTo(CudaError.CUDA_SUCCESS));
        Assert.That(driver.StreamDestroy(stream), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
        Assert.That(driver.StreamEndCapture(stream, &graph), Is.EqualTo(CudaError.CUDA_ERROR_INVALID_HANDLE));
    }

    [TestCase("copy")]
    [TestCase("wait")]
    [TestCase("allocate")]
    public void A_capture_is_spoilt_by_what_a_graph_cannot_hold(string what)
    {
        ulong address, more;
        void* host;
        nint graph;
        driver.MemAlloc(&address, 8);
        driver.MemHostAlloc(&host, 8, 0);
        driver.StreamBeginCapture(stream, CudaNumber.CaptureThreadLocal);
        Assert.That(driver.MemsetD8Async(address, 0, 8, stream), Is.EqualTo(CudaError.CUDA_SUCCESS));
        CudaError error = what switch
        {
            "copy" => driver.MemcpyHtoDAsync(address, host, 8, stream),
            "wait" => driver.StreamSynchronize(stream),
            _ => driver.MemAlloc(&more, 8),
        };
        Assert.That(error, Is.EqualTo(CudaError.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
        Assert.That(driver.StreamEndCapture(stream, &graph), Is.EqualTo(CudaError.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
        Assert.That(graph, Is.EqualTo((nint)0));
    }
}
