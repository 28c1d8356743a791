using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;

namespace VaeGpu.Tests.Runtime;

/// <summary>What ILGPU's accelerators offer works on ours, or is refused in a sentence.</summary>
public sealed class IlgpuFaceTests
{
    private static readonly int[] Numbers = [.. Enumerable.Range(1, 60)];

    private static IEnumerable<TestDevice> Engines =>
        TestDevice.All.Where(device => device.ToString() != "plain C#" && !device.ToString().StartsWith("ILGPU", StringComparison.Ordinal));

    private static void Double(Index1D index, ArrayView<int> values, int factor) => values[index] *= factor;

    private static void AddPlace(Index2D index, ArrayView2D<int, Stride2D.DenseX> source, ArrayView2D<int, Stride2D.DenseY> target) =>
        target[index] = source[index] + 100 * index.Y;

    private static void Raise(Index3D index, ArrayView3D<int, Stride3D.DenseXY> cube, ArrayView<int> ones) =>
        cube[index] = index.X + 10 * index.Y + 100 * index.Z + ones[0];

    private static void Scale(Index1D index, ArrayView<int> values, SpecializedValue<int> factor) => values[index] *= factor;

    private static void Explicit(ArrayView<int> values) => values[Grid.GlobalIndex.X] += Grid.GlobalIndex.X;

    private static void AddGeneral(Index2D index, ArrayView2D<int, Stride2D.General> values) =>
        values[index] += 100 * index.X + 10 * index.Y;

    private static void Halve(Index1D index, ArrayView<float> values) => values[index] *= 0.5f;

    private static void Fail(ArrayView<int> values)
    {
        if (values[0] != 0)
            throw new ArgumentException("refused");
    }

    private static void Allocates(ArrayView<int> values) => values[0] = new Uri("file:///").Port;

    private static void Shared(ArrayView<int> values)
    {
        ArrayView<int> all = SharedMemory.Allocate<int>(1 << 20);
        all[Group.IdxX] = 1;
        Group.Barrier();
        values[0] = all[0];
    }

    [TestCaseSource(nameof(Engines))]
    public void Every_loader_of_an_implicitly_grouped_kernel_runs_each_index_once(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using AcceleratorStream stream = accelerator.CreateStream();
        using var values = accelerator.Allocate1D(Numbers);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(Double)(60, values.View, 2);
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(Double, out KernelInfo? info)(stream, 60, values.View, 2);
        stream.Synchronize();
        accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<int>, int>(Double, 7)(60, values.View, 2);
        accelerator.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, int>(Double, 64)(stream, 59, values.View, 2);
        stream.Synchronize();
        Kernel kernel = accelerator.LoadAutoGroupedKernel(((Action<Index1D, ArrayView<int>, int>)Double).Method);
        kernel.Launch(accelerator.DefaultStream, new Index1D(60), values.View.BaseView, 2);
        accelerator.Synchronize();
        Assert.That(info!.MinGroupSize, Is.Positive);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Numbers.Select(n => n * (n == 60 ? 16 : 32))));
    }

    [TestCaseSource(nameof(Engines))]
    public void A_kernel_is_launched_by_its_method_and_boxed_arguments(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var values = accelerator.Allocate1D(Numbers);
        accelerator.LoadKernel(((Action<ArrayView<int>>)Explicit).Method)
            .Launch(accelerator.DefaultStream, new KernelConfig(4, 15), values.View.BaseView);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Numbers.Select((n, i) => n + i)));
    }

    [TestCaseSource(nameof(Engines))]
    public void Buffers_of_two_and_three_dimensions_keep_their_strides(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        var plane = new int[5, 3];
        for (int i = 0; i < 15; i++)
            plane[i / 3, i % 3] = i;
        using var source = accelerator.Allocate2DDenseX(plane);
        using var target = accelerator.Allocate2DDenseY<int>(new LongIndex2D(5, 3));
        accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<int, Stride2D.DenseX>, ArrayView2D<int, Stride2D.DenseY>>(AddPlace)(
            new Index2D(5, 3), source.View, target.View);
        int[,] result = target.GetAsArray2D();
        Assert.That(result.Cast<int>(), Is.EqualTo(plane.Cast<int>().Select((n, i) => n + 100 * (i % 3))));

        using var cube = accelerator.Allocate3DDenseXY<int>(new LongIndex3D(2, 3, 4));
        using var ones = accelerator.Allocate1D([1000]);
        accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView3D<int, Stride3D.DenseXY>, ArrayView<int>>(Raise)(
            new Index3D(2, 3, 4), cube.View, ones.View);
        int[,,] raised = cube.GetAsArray3D();
        Assert.That(raised[1, 2, 3], Is.EqualTo(1321));
        Assert.That(raised[0, 1, 2], Is.EqualTo(1210));
    }

    [TestCaseSource(nameof(Engines))]
    public void Views_of_any_stride_index_their_elements(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var memory = accelerator.Allocate1D<int>(20);
        memory.MemSetToZero();
        // Three rows of two elements; a row begins every five elements, its elements are two apart, and three elements lie before.
        ArrayView2D<int, Stride2D.General> view = new(
            memory.View.BaseView.SubView(3, 17), new LongIndex2D(3, 2), new Stride2D.General(new Index2D(5, 2)));
        accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<int, Stride2D.General>>(AddGeneral)(new Index2D(3, 2), view);
        int[] expected = new int[20];
        for (int x = 0; x < 3; x++)
        {
            for (int y = 0; y < 2; y++)
                expected[3 + 5 * x + 2 * y] = 100 * x + 10 * y;
        }
        Assert.That(memory.GetAsArray1D(), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Engines))]
    public void A_sub_view_cast_to_another_type_has_the_same_bits(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var memory = accelerator.Allocate1D(Enumerable.Repeat(BitConverter.SingleToInt32Bits(3f), 60).ToArray());
        ArrayView<float> floats = memory.View.BaseView.SubView(20, 10).Cast<float>();
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Halve)(10, floats);
        Assert.That(memory.GetAsArray1D().Select(BitConverter.Int32BitsToSingle),
            Is.EqualTo(Enumerable.Range(0, 60).Select(i => i is >= 20 and < 30 ? 1.5f : 3f)));
    }

    [TestCaseSource(nameof(Engines))]
    public void Memory_is_set_to_any_byte_in_any_part(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var bytes = accelerator.Allocate1D(new byte[20]);
        bytes.View.SubView(3, 9).MemSet(accelerator.DefaultStream, 0xA5);
        bytes.View.SubView(8, 8).MemSet(accelerator.DefaultStream, 7);
        Assert.That(
            bytes.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i is >= 8 and < 16 ? 7 : i is >= 3 and < 12 ? 0xA5 : 0)));
    }

    [TestCaseSource(nameof(Engines))]
    public void Copies_go_between_accelerators_of_all_kinds(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using Context context = Context.Create(builder => builder.CPU().Simd().Interpreter().OpenCL12());
        foreach (Device other in context)
        {
            using Accelerator peer = other.CreateAccelerator(context);
            using var here = accelerator.Allocate1D(Numbers);
            using var there = peer.Allocate1D<int>(60);
            here.View.SubView(10, 50).CopyTo(there.View.SubView(0, 50));
            accelerator.Synchronize();
            here.View.SubView(0, 50).CopyFrom(there.View.SubView(0, 50));
            accelerator.Synchronize();
            Assert.That(here.GetAsArray1D()[..50], Is.EqualTo(Numbers[10..]), other.Name);
        }
    }

    [TestCaseSource(nameof(Engines))]
    public void Copies_can_be_started_by_the_other_accelerator(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using Context context = Context.Create(builder => builder.CPU().Simd().Interpreter().OpenCL12());
        foreach (Device other in context)
        {
            using Accelerator peer = other.CreateAccelerator(context);
            using var here = accelerator.Allocate1D<int>(60);
            using var there = peer.Allocate1D(Numbers);
            if (other is CPUDevice && accelerator.AcceleratorType != AcceleratorType.CPU)
            {
                Assert.That(() => there.View.CopyTo(here.View), Throws.InstanceOf<NotSupportedException>());
                continue;
            }
            there.View.CopyTo(here.View);
            peer.Synchronize();
            Assert.That(here.GetAsArray1D(), Is.EqualTo(Numbers), other.Name);
        }
    }

    [TestCaseSource(nameof(Engines))]
    public void Copies_go_between_buffers_of_one_accelerator(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var from = accelerator.Allocate1D(Numbers);
        using var to = accelerator.Allocate1D<int>(60);
        to.MemSetToZero();
        from.View.SubView(5, 7).CopyTo(to.View.SubView(20, 7));
        Assert.That(to.GetAsArray1D()[19..28], Is.EqualTo(new[] { 0, 6, 7, 8, 9, 10, 11, 12, 0 }));
    }

    [TestCaseSource(nameof(Engines))]
    public void Page_locked_arrays_are_copied(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var buffer = accelerator.Allocate1D(Numbers);
        using var locked = accelerator.AllocatePageLocked1D<int>(60);
        buffer.View.CopyToPageLockedAsync(locked);
        accelerator.Synchronize();
        Assert.That(locked.GetArray(), Is.EqualTo(Numbers));
        locked[0] = -1;
        buffer.View.CopyFromPageLockedAsync(locked);
        accelerator.Synchronize();
        Assert.That(buffer.GetAsArray1D()[0], Is.EqualTo(-1));
    }

    [Test]
    public void Profiling_markers_measure_what_is_between_them()
    {
        using Context context = Context.Create(builder => builder.Simd().Interpreter().OpenCL12().Profiling());
        foreach (Device device in context)
        {
            using Accelerator accelerator = device.CreateAccelerator(context);
            using ProfilingMarker start = accelerator.AddProfilingMarker();
            Thread.Sleep(5);
            using ProfilingMarker end = accelerator.AddProfilingMarker();
            Assert.That((end - start).TotalMilliseconds, Is.InRange(4, 5000), device.Name);
        }
    }

    [TestCaseSource(nameof(Engines))]
    public void A_specialized_value_is_a_number_of_the_kernel(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var values = accelerator.Allocate1D(Numbers);
        var scale = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, SpecializedValue<int>>(Scale);
        scale(60, values.View, SpecializedValue.New(3));
        scale(60, values.View, SpecializedValue.New(5));
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Numbers.Select(n => n * 15)));
    }

    [TestCaseSource(nameof(Engines))]
    public void Misuse_is_answered_in_a_sentence(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using Accelerator other = InterpreterDevice.Create(8).CreateAccelerator(TestDevice.SharedContext);
        using var foreign = other.Allocate1D(Numbers);
        using var own = accelerator.Allocate1D(Numbers);
        ArrayView<int> freed;
        using (var buffer = accelerator.Allocate1D(Numbers))
            freed = buffer.View;
        var launch = accelerator.LoadStreamKernel<ArrayView<int>>(Explicit);
        Assert.Multiple(() =>
        {
            Assert.That(() => launch((4, 15), foreign.View), Throws.ArgumentException.With.Message.Contains("was passed to a kernel of"));
            Assert.That(() => launch((4, 15), freed), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => accelerator.LoadKernel<ArrayView<int>>(Explicit)(other.DefaultStream, (4, 15), own.View),
                Throws.ArgumentException.With.Message.Contains("stream"));
            Assert.That(() => accelerator.LoadStreamKernel<ArrayView<int>>(Shared)((1, 16), own.View),
                Throws.Exception.With.Message.Contains("shared").IgnoreCase.And.Message.Contains("smaller tile"));
            Assert.That(() => accelerator.LoadStreamKernel<ArrayView<int>>(Fail)((1, 16), own.View),
                Throws.TypeOf<KernelCompilationException>().With.Message.Contains("Kernels cannot throw exceptions."));
            Assert.That(() => accelerator.LoadStreamKernel<ArrayView<int>>(Allocates)((1, 16), own.View),
                Throws.TypeOf<KernelCompilationException>().With.Message.Contains("An object of class Uri is allocated on the heap."));
            Assert.That(accelerator.CanAccessPeer(other), Is.False);
        });
        launch((4, 15), own.View);
        Assert.That(own.GetAsArray1D(), Is.EqualTo(Numbers.Select((n, i) => n + i)), "the accelerator goes on");
    }

    [Test]
    public void Disposal_in_any_order_is_no_error([Values("simd", "interpreter", "opencl")] string kind, [Values] bool contextFirst)
    {
        if (kind == "opencl" && OpenCL12Device.Search().Devices.Count == 0)
            Assert.Ignore("No OpenCL device.");
        Context context = Context.Create(builder => builder.Simd().Interpreter().OpenCL12());
        Device device =
            context.Devices.First(d => kind == "simd" ? d is SimdDevice : kind == "opencl" ? d is OpenCL12Device : d is InterpreterDevice);
        Accelerator accelerator = device.CreateAccelerator(context);
        var buffer = accelerator.Allocate1D(Numbers);
        AcceleratorStream stream = accelerator.CreateStream();
        if (contextFirst)
            context.Dispose();
        accelerator.Dispose();
        accelerator.Dispose();
        stream.Dispose();
        buffer.Dispose();
        context.Dispose();
        Assert.That(() => accelerator.Allocate1D<int>(4), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Memory_of_a_buffer_that_nobody_holds_is_freed_with_the_accelerator()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using SimdAccelerator accelerator = context.CreateSimdAccelerator(0);
        Forget(accelerator);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(accelerator.AllocatedBytes, Is.EqualTo(400), "the finalizer frees nothing");
        accelerator.Allocate1D<int>(50).Dispose();
        Assert.That(accelerator.AllocatedBytes, Is.EqualTo(400), "Dispose does");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(SimdAccelerator accelerator) => _ = accelerator.Allocate1D<int>(100);

    [Test]
    public void Registered_devices_are_found_by_their_kind()
    {
        using Context context = Context.Create(builder => builder.CPU().Simd(1, 128).Simd(2).Interpreter());
        Assert.Multiple(() =>
        {
            Assert.That(context.Devices.OfType<EngineDevice>().Count(), Is.EqualTo(3));
            Assert.That(context.GetSimdDevices().Count, Is.EqualTo(2));
            Assert.That(context.GetDevices<CPUDevice>().Count, Is.EqualTo(context.Devices.Length - 3), "ours are not taken for ILGPU's");
            Assert.That(context.GetInterpreterDevices().Count, Is.EqualTo(1));
        });
        using SimdAccelerator accelerator = context.CreateSimdAccelerator(0);
        Assert.That((accelerator.WarpSize, accelerator.NumMultiprocessors), Is.EqualTo((4, 1)));
        using var values = accelerator.Allocate1D(Numbers);
        Assert.That(values.View[5], Is.EqualTo(6), "its memory is the host's");
    }
}
