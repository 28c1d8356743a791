using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Diagnostics.Profiling;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Tests.Profiling;

/// <summary>Operations and bytes that are estimated from a sample of groups, beside those of all groups.</summary>
public sealed class CountTests
{
    [TestCase(64, 96, 48)]
    [TestCase(700, 1000, 33)]
    public void A_sample_of_a_products_groups_gives_its_operations_and_bytes(int rows, int columns, int depth)
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        KernelLaunch launch = KernelInspector.Sample(device.Accelerator, accelerator =>
        {
            var left = accelerator.Allocate1D(new float[rows * depth]);
            var right = accelerator.Allocate1D(new float[depth * columns]);
            var output = accelerator.Allocate1D<float>(rows * columns);
            MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
            return () => product.Run(
                left.View, right.View, output.View, default, default, new() { Rows = rows, Columns = columns, Depth = depth });
        }).Single();
        Assert.Multiple(() =>
        {
            double flops = 2.0 * rows * columns * depth, bytes = 4.0 * (rows * depth + depth * columns + rows * columns);
            // A tile at an edge computes rows that nobody reads.
            Assert.That(launch.Flops, Is.InRange(0.999 * flops, 1.13 * flops));
            Assert.That(launch.Bytes, Is.EqualTo(bytes).Within(0.1).Percent);
            Assert.That(launch.Footprint, Is.EqualTo(launch.Bytes), "nothing is read and written");
        });
    }

    /// <summary>What the groups skip depends on numbers that a sample of the launches before does not write.</summary>
    [Test]
    public void A_sample_of_a_product_that_skips_zeros_counts_all_depths()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        if (device.Accelerator.WarpSize == 1)
            Assert.Ignore("Only vectors skip zeros, and this processor has none.");
        var shape = new MatMulShape { Rows = 64, Columns = 192, Depth = 48 };
        IReadOnlyList<KernelLaunch> launches = KernelInspector.Sample(device.Accelerator, accelerator =>
        {
            MatMulLauncher product = MatMulLauncher.Forward(accelerator, Activation.Identity, skipsZeros: true);
            var left = accelerator.Allocate1D(new float[shape.Rows * shape.Depth]);
            var right = accelerator.Allocate1D(new float[shape.Depth * shape.Columns]);
            var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
            var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
            return () => product.Run(left.View, right.View, output.View, right.View, right.View, shape, scratch.View);
        });
        double flops = launches.Where(launch => launch.Name.StartsWith("SparsePanelMatMul", StringComparison.Ordinal))
            .Sum(launch => (double)launch.Flops);
        double all = 2.0 * shape.Rows * shape.Columns * shape.Depth;
        // With the bias.
        Assert.That(flops, Is.InRange(all, 1.1 * all));
    }

    /// <summary>A core has one slow unit for divisions and square roots, which bounds kernels with many of them.</summary>
    [Test]
    public void Divisions_and_square_roots_are_counted_where_vectors_compute_them()
    {
        const int length = 256;
        using Backend device = Backend.Open("cpu", threads: 1);
        KernelLaunch launch = KernelInspector.Sample(device.Accelerator, accelerator =>
        {
            var values = accelerator.Allocate1D(new float[length]);
            var kernel = accelerator.LoadStreamKernel<ArrayView<float>, float, int>(DividesAndTakesRoots);
            return () => kernel((length / 16, 16), values.View, 3f, 5);
        }).Single();
        Assert.That(launch.Divisions, Is.EqualTo(3 * length), "not those that are the same for all threads, or of integers");
        Assert.That(launch.Operations, Is.GreaterThan(launch.Divisions));
    }

    private static void DividesAndTakesRoots(ArrayView<float> values, float uniform, int divisor)
    {
        int index = Grid.IdxX * Group.DimX + Group.IdxX;
        values[index] = values[index] / uniform + MathF.Sqrt(values[index]) / (index / divisor + 2f) + MathF.Sqrt(uniform) / 7f;
    }

    [TestCase("mlp")]
    [TestCase("conv")]
    public void A_sample_of_every_launch_of_a_step_gives_the_counts_of_all_groups(string architecture)
    {
        RunConfiguration tiny = TinyRun.Configuration(hidden: 40);
        RunConfiguration configuration = tiny with
        {
            Model = architecture == "mlp" ? tiny.Model : tiny.Model with { Convolutions = [4, 8] },
            Training = tiny.Training with { Batch = 24 },
        };
        using Backend device = Backend.Open("cpu", threads: 1);
        IReadOnlyList<KernelLaunch> sampled = StepProfiler.Count(device.Accelerator, configuration, TinyRun.Data, default);
        int before = 0;
        KernelLaunch[] all =
        [
            .. LaunchRecorder.Record(device.Accelerator.WarpSize, runs: true, accelerator =>
            {
                using var trainer = new Trainer(accelerator, configuration, TinyRun.Data);
                trainer.WholeStep(graph =>
                {
                    before = graph.Graph!.Count;
                    graph.Replay();
                });
            }).TakeLast(before),
        ];
        Assert.That(sampled.Select(launch => launch.Name), Is.EqualTo(all.Select(launch => launch.Name)));
        Assert.Multiple(() =>
        {
            foreach ((KernelLaunch estimate, KernelLaunch exact) in sampled.Zip(all))
            {
                Assert.That(estimate.GridDim, Is.EqualTo(exact.GridDim), exact.Name);
                Assert.That(estimate.Flops, Is.EqualTo(exact.Flops).Within(5).Percent, $"operations of {exact.Name}");
                Assert.That(estimate.Bytes, Is.EqualTo(exact.Bytes).Within(5).Percent, $"bytes of {exact.Name}");
                Assert.That(estimate.Footprint, Is.EqualTo(exact.Footprint).Within(5).Percent, $"footprint of {exact.Name}");
            }
        });
    }

    [Test]
    public void The_rulers_of_a_GPU_compute_what_they_are_said_to()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        Accelerator accelerator = device.Accelerator;
        float[] numbers = [.. Enumerable.Range(0, 2 * 1024).Select(i => (float)i)];
        using var source = accelerator.Allocate1D(numbers);
        using var target = accelerator.Allocate1D<float>(numbers.Length);
        accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(PeakKernels.Copy)((2, 256), source.View, target.View);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(numbers));
        accelerator.LoadStreamKernel<ArrayView<float>, float, float>(PeakKernels.MultiplyAdd)((2, 256), target.View, 1, 0.5f);
        // Eight chains from i, i + 1, … i + 7, each with 1024 times 0.5.
        Assert.That(target.GetAsArray1D()[..512], Is.EqualTo(Enumerable.Range(0, 512).Select(i => 8f * i + 28 + 8 * 512)));
        KernelLaunch launch = KernelInspector.Record(gpu: true, runs: true, other =>
        {
            using var results = other.Allocate1D<float>(32);
            other.LoadStreamKernel<ArrayView<float>, float, float>(PeakKernels.MultiplyAdd)((1, 32), results.View, 1, 0.5f);
        }).Single();
        Assert.That(launch.Flops, Is.EqualTo(32 * (2 * 8 * 1024 + 14)));
    }
}
