using ILGPU.Backends;

namespace VaeGpu.Tests.Language;

/// <summary>The forms that kernels themselves have: lambdas, methods of objects, implicit ones that LoadKernel takes.</summary>
public sealed class KernelFormTests : LanguageTests
{
    private static int changeable = 37;

    private sealed class Host
    {
        private static int Offset() => 24;

        private int Nested(int value) => value + Offset() + this.Twice(value);

        private int Twice(int value) => 2 * value;

        public void Kernel(Index1D i, ArrayView<int> y) => y[i] = Nested(i);
    }

    [EveryCompiler]
    public void A_kernel_may_be_a_method_of_an_object_without_fields(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is HostAccelerator)
            Assert.Ignore("Plain C# calls static methods.");
        using var target = accelerator.Allocate1D<int>(50);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(new Host().Kernel)(50, target.View);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 50).Select(i => 3 * i + 24)));
        return true;
    });

    [EveryCompiler]
    public void LoadKernel_groups_an_implicit_kernel(TestDevice device) => device.Run(accelerator =>
    {
        using var target = accelerator.Allocate1D<int>(300);
        using AcceleratorStream stream = accelerator.CreateStream();
        var compiled = accelerator.GetBackend().Compile(
            ILGPU.Backends.EntryPoints.EntryPointDescription.FromImplicitlyGroupedKernel(
                ((Action<Index1D, ArrayView<int>>)Count).Method), default);
        using Kernel kernel = accelerator.LoadKernel(compiled);
        kernel.Launch(stream, new Index1D(300), target.View.BaseView);
        stream.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 300)));
        return true;
    });

    public static void Count(Index1D i, ArrayView<int> y) => y[i] = i;

    [Test]
    public void A_static_field_that_may_change_is_read_where_the_contexts_builder_says_so()
    {
        using Context context =
            Context.Create(builder => builder.StaticFields(StaticFieldMode.MutableStaticFields | StaticFieldMode.IgnoreStaticFieldStores));
        using Accelerator accelerator = SimdDevice.Create().CreateAccelerator(context);
        using var target = accelerator.Allocate1D<int>(1);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(ReadsStatic)(1, target.View);
        accelerator.Synchronize();
        Assert.That((target.GetAsArray1D()[0], changeable), Is.EqualTo((37, 37)));
    }

    public static void ReadsStatic(Index1D i, ArrayView<int> y)
    {
        y[i] = changeable;
        changeable = 5;
    }
}
