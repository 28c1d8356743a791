namespace VaeGpu.Tests.Frontend;

/// <summary>What ILGPU offers in kernels and this compiler does not.</summary>
public sealed class VocabularyRefusals : RefusalTests
{
    [Test]
    public void A_view_is_not_aligned_by_its_address() =>
        Refused(Aligned, "A view is aligned by its address, which not every device tells.", "SubView");

    public static void Aligned(ArrayView1D<int, Stride1D.Dense> y)
    {
        (ArrayView1D<int, Stride1D.Dense> prefix, _) = y.AlignTo(16); // refused
        y[0] = (int)prefix.Length;
    }

    [Test]
    public void A_kernel_prints_nothing() => Refused(Printing, "Interop.WriteLine prints from a kernel.", "print them on the host");

    public static void Printing(ArrayView<int> y)
    {
        y[0] = 1;
        Interop.WriteLine("{0}", y[0]); // refused
    }

    [Test]
    public void An_array_that_every_thread_makes_is_small() =>
        Refused(Large, "An array of 5000 elements is made in each thread.", "Pass an ArrayView; an array has at most 4096 elements.");

    public static void Large(ArrayView<int> y)
    {
        var a = new int[5000]; // refused
        y[0] = a[3];
    }

    [Test]
    public void An_array_inside_a_struct_is_indexed_inside() =>
        Refused(Outside, "An array inside a struct is accessed at index 4.", "Keep the index inside the array.");

    public unsafe struct Fixed
    {
        public fixed int Numbers[4];
    }

    public static unsafe void Outside(ArrayView<int> y)
    {
        Fixed buffer = default;
        for (int k = 0; k < 4; k++)
            buffer.Numbers[k] = k;
        int* last = &buffer.Numbers[0];
        y[0] = last[4]; // refused
    }
}
