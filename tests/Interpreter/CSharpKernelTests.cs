namespace VaeGpu.Tests.Interpreter;

/// <summary>Faults of kernels written in C#: the message names the line, and a view ends where it says.</summary>
[TestFixture]
public sealed class CSharpKernelTests
{
    private Context context = null!;
    private Accelerator accelerator = null!;

    [SetUp]
    public void Open()
    {
        context = Context.Create(b => b.Interpreter());
        accelerator = context.Devices[0].CreateAccelerator(context);
    }

    [TearDown]
    public void Close()
    {
        accelerator.Dispose();
        context.Dispose();
    }

    public static void Double(ArrayView<float> x, ArrayView<float> y) =>
        y[Grid.GlobalIndex.X] = 2 * x[Grid.GlobalIndex.X];

    public static void Guarded(Index1D i, ArrayView<float> x)
    {
        if (i < x.Length)
            x[i] = i;
    }

    public static void Reverse(ArrayView<int> x)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(64);
        shared[Group.IdxX] = x[Group.IdxX];
        x[Group.IdxX] = shared[Group.DimX - 1 - Group.IdxX];
    }

    [Test]
    public void A_view_ends_where_it_says_though_its_buffer_goes_on()
    {
        using var x = accelerator.Allocate1D(new float[100]);
        using var y = accelerator.Allocate1D<float>(100);
        Action<KernelConfig, ArrayView<float>, ArrayView<float>> kernel =
            accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Double);
        kernel((2, 32), x.View.SubView(10, 64), y.View);
        var fault = Assert.Throws<KernelFaultException>(() => kernel((2, 32), x.View.SubView(10, 60), y.View))!;
        Assert.Multiple(() =>
        {
            Assert.That(fault.Fault, Is.EqualTo(KernelFault.OutOfBounds));
            Assert.That(fault.Message,
                Does.Contain("CSharpKernelTests.Double (CSharpKernelTests.cs:").And.Contains("thread 28 of group 1 reads element 60")
                .And.Contains("the view 'x' of 240 bytes"));
            Assert.That(fault.Line, Is.GreaterThan(0));
        });
    }

    [Test]
    public void An_implicitly_grouped_kernel_with_a_guard_raises_no_alarm()
    {
        using var x = accelerator.Allocate1D<float>(1000);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Guarded)(1000, x.View);
        Assert.That(x.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public void A_forgotten_barrier_is_named_with_its_line()
    {
        using var x = accelerator.Allocate1D(new int[64]);
        var fault = Assert.Throws<KernelFaultException>(() => accelerator.LoadStreamKernel<ArrayView<int>>(Reverse)((1, 64), x.View))!;
        Assert.Multiple(() =>
        {
            Assert.That(fault.Fault, Is.EqualTo(KernelFault.SharedRace));
            Assert.That(fault.Message,
                Does.Contain("CSharpKernelTests.Reverse (CSharpKernelTests.cs:").And.Contains("which thread 63 of group 0 wrote"));
        });
    }

    [Test]
    public void What_was_never_filled_is_found_and_what_was_cleared_is_not()
    {
        using var x = accelerator.Allocate1D<float>(64);
        using var y = accelerator.Allocate1D<float>(64);
        Action<KernelConfig, ArrayView<float>, ArrayView<float>> kernel =
            accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Double);
        Assert.That(() => kernel((2, 32), x.View, y.View),
            Throws.TypeOf<KernelFaultException>().With.Property("Fault").EqualTo(KernelFault.Uninitialized));
        x.MemSetToZero();
        Assert.That(() => kernel((2, 32), x.View, y.View), Throws.Nothing);
    }
}
