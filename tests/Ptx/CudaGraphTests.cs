using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;
using VaeGpu.CudaEmulator;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Ptx;

/// <summary>
/// Which nodes of a CUDA graph wait for which. The stand-in for the driver runs what is ready in the reverse of its order.
/// </summary>
internal sealed class CudaGraphTests
{
    public static void CopyAcross(ArrayView<int> source, ArrayView<int> target) => target[Group.IdxX] = source[Group.IdxX] + 1;

    public static unsafe void ReadByHand(ArrayView<int> source, ArrayView<int> target)
    {
        CudaAsm.Emit("{ .reg .u64 a; cvta.to.global.u64 a, %1; ld.global.u32 %0, [a]; }", out int read,
            (ulong)Unsafe.AsPointer(ref source[Group.IdxX]));
        target[Group.IdxX] = read + 1;
    }

    public static unsafe void WriteByHand(ArrayView<int> source, ArrayView<int> target) =>
        CudaAsm.Emit("st.u32 [%0], %1;", (ulong)Unsafe.AsPointer(ref target[Group.IdxX]), source[Group.IdxX] + 1);

    [Test]
    public void Launches_that_share_nothing_but_what_they_read_are_side_by_side()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        var copy = gpu.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(CopyAcross);
        using var a = gpu.Allocate1D([1, 2, 3]);
        using var b = gpu.Allocate1D<int>(3);
        using var c = gpu.Allocate1D<int>(3);
        void Work()
        {
            c.View.MemSetToZero();
            copy((1, 3), a.View, b.View);
            copy((1, 2), a.View, c.View.SubView(1, 2));
            copy((1, 3), c.View, a.View);
        }

        gpu.Record(Work, inOrder: true).Dispose();
        Assert.That(driver.GraphWaits, Is.EqualTo(new int[][] { [], [0], [1], [2] }), "in order");
        using LaunchGraph graph = gpu.Record(Work);
        Assert.That(driver.GraphWaits, Is.EqualTo(new int[][] { [], [], [0], [2, 1] }));
        graph.Replay();
        Assert.That((b.GetAsArray1D(), c.GetAsArray1D(), a.GetAsArray1D()),
            Is.EqualTo((new[] { 2, 3, 4 }, new[] { 0, 2, 3 }, new[] { 1, 3, 4 })));
    }

    [Test]
    public void What_a_kernel_reads_and_writes_by_hand_counts_as_its_own()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        var read = gpu.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(ReadByHand);
        var write = gpu.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(WriteByHand);
        using var a = gpu.Allocate1D([1, 2, 3]);
        using var b = gpu.Allocate1D<int>(3);
        using var c = gpu.Allocate1D<int>(3);
        using LaunchGraph graph = gpu.Record(() =>
        {
            read((1, 3), a.View, b.View);
            read((1, 3), a.View, c.View);
            write((1, 3), b.View, a.View);
            read((1, 3), a.View, b.View);
        });
        Assert.That(driver.GraphWaits, Is.EqualTo(new int[][] { [], [], [1, 0], [2] }));
        graph.Replay();
        Assert.That((a.GetAsArray1D(), b.GetAsArray1D(), c.GetAsArray1D()),
            Is.EqualTo((new[] { 3, 4, 5 }, new[] { 4, 5, 6 }, new[] { 2, 3, 4 })));
    }

    [TestCase(Precision.Fp32)]
    [TestCase(Precision.Tf32)]
    [TestCase(Precision.Bf16)]
    public void Products_of_one_gradient_are_side_by_side_in_every_precision(Precision precision)
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        using var memory = gpu.Allocate1D<float>(5 * 16);
        ArrayView<float> Matrix(int i) => memory.View.SubView(16 * i, 16);
        var shape = new MatMulShape { Rows = 4, Columns = 4, Depth = 4 };
        var weightGradient = MatMulLauncher.WeightGradient(gpu, precision);
        var inputGradient = MatMulLauncher.InputGradient(gpu, Activation.Identity, precision);
        gpu.Record(() =>
        {
            weightGradient.Run(Matrix(0), Matrix(1), Matrix(2), default, default, shape);
            inputGradient.Run(Matrix(1), Matrix(3), Matrix(4), default, default, shape);
        }).Dispose();
        Assert.That(driver.GraphWaits, Is.EqualTo(new int[][] { [], [] }));
    }

    [Test]
    public void The_weights_gradients_of_a_step_are_not_waited_for_by_the_layers_below()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        byte[] pixels = new byte[16 * 20];
        new Random(1).NextBytes(pixels);
        var images = new DataSplit("noise", new ImageSet(pixels, null, 5, 4), new ImageSet(pixels, null, 5, 4));
        using var trainer = new Trainer(gpu, new RunConfiguration
        {
            Model = new ModelConfiguration { Width = 5, Height = 4, Hidden = [6], Latent = 2 },
            Training = new TrainingConfiguration { Batch = 8, Epochs = 1, Seed = 7 },
            Data = DataConfiguration.Of(null, images),
            Device = new DeviceConfiguration("cuda", "cuda", "any"),
        }, images);
        TinyRun.Finish(trainer);
        int[][] waits = driver.GraphWaits;
        int[] depth = new int[waits.Length];
        for (int i = 0; i < waits.Length; i++)
            depth[i] = 1 + waits[i].Select(wait => depth[wait]).DefaultIfEmpty(0).Max();
        TestContext.Out.WriteLine($"{waits.Length} launches, the longest chain has {depth.Max()}: "
            + $"{string.Join(" ", waits.Select((w, i) => $"{i}<-{string.Join(',', w)}"))}");
        Assert.That(depth.Max(), Is.LessThan(waits.Length * 3 / 4));
    }
}
