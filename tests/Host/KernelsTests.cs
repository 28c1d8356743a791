using System.Reflection;
using System.Text.RegularExpressions;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Tests.Host;

public sealed class KernelsTests
{
    private static readonly Lazy<IReadOnlyList<KernelLaunch>> noted = new(() => KernelCatalogue.Of(gpu: true, 128, default));

    [Test]
    public void The_catalogue_has_every_kernel_of_the_product()
    {
        IEnumerable<MethodInfo> kernels = typeof(MatMul).Assembly.GetTypes()
            .Where(type => type is { IsPublic: true, IsAbstract: true, IsSealed: true })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType: var first }, ..]
                && first.IsGenericType && first.GetGenericTypeDefinition() == typeof(ArrayView<>));
        string[] launched =
            [.. noted.Value.Concat(KernelCatalogue.Of(gpu: false, 2, default)).Select(k => Name(k.Method)).Distinct()];
        Assert.That(launched, Is.SupersetOf(kernels.Select(Name)));

        static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
    }

    // The second has groups enough for several processors to interpret them.
    [TestCase(32, 64, 48)]
    [TestCase(256, 256, 32)]
    public void Operations_and_bytes_of_a_product_are_those_of_its_formula(int rows, int columns, int depth)
    {
        KernelLaunch launch = KernelInspector.Record(gpu: true, runs: true, accelerator =>
        {
            using var left = accelerator.Allocate1D(new float[rows * depth]);
            using var right = accelerator.Allocate1D(new float[depth * columns]);
            using var output = accelerator.Allocate1D<float>(rows * columns);
            MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator).Run(
                left.View, right.View, output.View, default, default, new() { Rows = rows, Columns = columns, Depth = depth });
        }).Single();
        Assert.Multiple(() =>
        {
            Assert.That(launch.Flops, Is.EqualTo(2 * rows * columns * depth));
            Assert.That(launch.Bytes, Is.EqualTo(4 * (rows * depth + depth * columns + rows * columns)));
            Assert.That(launch.AccessedBytes, Is.EqualTo(4 * (rows * columns * depth * (1.0 / 16 + 1.0 / 32) + rows * columns)));
            Assert.That(launch.GroupSharedBytes.Value, Is.EqualTo(8 * 32 * (16 + 32)));
        });
    }

    [Test]
    public void A_stop_ends_a_launch_that_is_counted()
    {
        using var stop = new CancellationTokenSource();
        Assert.That(
            () => KernelInspector.Record(gpu: true, runs: true, accelerator =>
            {
                // The interpreter needs minutes for it.
                using var values = accelerator.Allocate1D(new float[1 << 22]);
                stop.CancelAfter(TimeSpan.FromMilliseconds(100));
                MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator).Run(
                    values.View, values.View, values.View, default, default, new() { Rows = 2048, Columns = 2048, Depth = 2048 });
            }, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void The_list_says_what_each_kernel_costs_and_what_bounds_it()
    {
        Call call = Call.Of("kernels", "--batch", "1", "--balance", "0.4", "--device", "cpu");
        string[] lines = call.Output.Split('\n');
        string[] Row(string kernel) => Array.Find(lines, line => line.StartsWith("  " + kernel, StringComparison.Ordinal))!
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(Row("ColumnSum.Run")[^1], Is.EqualTo("memory"));
            Assert.That(Row("Batch.Gather")[1..4], Is.EqualTo(new[] { "1", "256", "0" }), "launches, group, shared");
            string[] adam = Row("Adam.Run");
            Assert.That(adam[^1], Is.EqualTo("compute"));
            // Parameters, both moments and the gradient are read, the first three written: 652,824 × 28 bytes.
            Assert.That(adam[^3], Is.EqualTo("18.3M"));
        });
    }

    [TestCase("ir", "kernel Adam.Run", "sqrt")]
    [TestCase("ptx", ".visible .entry", "sqrt.rn.f32")]
    [TestCase("opencl", "__kernel", "sqrt(")]
    [TestCase("simd", "lanes", "Sqrt")]
    public void The_code_of_a_kernel_stands_under_its_lines(string target, string head, string operation)
    {
        Call call = Call.Of("kernels", "show", "adam.run", "--target", target);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(call.Output, Does.StartWith("// Adam.Run: groups of ").And.Contains(head).And.Contains(operation));
            Assert.That(call.Output, Does.Match(@"// Adam\.cs:\d+   .*MathF\.FusedMultiplyAdd"), "the text of the line");
        });
    }

    [TestCase("ptx", ".visible .entry Kernel_Run", "sqrt.rn.f32")]
    [TestCase("opencl", "kernel void", "fma")]
    public void ILGPUs_code_of_the_same_kernel_is_shown(string target, string head, string operation)
    {
        Call call = Call.Of("kernels", "show", "adam.run", "--target", target, "--compiler", "ilgpu");
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(call.Output, Does.StartWith("// Adam.Run: groups of ").And.Contains(head).And.Contains(operation));
        });
    }

    [Test]
    public void A_target_that_ILGPU_does_not_have_is_refused()
    {
        Call call = Call.Of("kernels", "show", "adam.run", "--target", "simd", "--compiler", "ilgpu");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((2, call.Error)));
        Assert.That(call.Error, Does.Contain("--compiler ilgpu has no target simd. Use --target ptx or --target opencl."));
    }

    [Test]
    public void The_comparison_has_a_row_of_each_compiler_for_every_kernel()
    {
        Call call = Call.Of("kernels", "--compare");
        string[] lines = call.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(lines.Count(line => Regex.IsMatch(line, @"\bvaegpu +\d")), Is.EqualTo(noted.Value.Count));
            Assert.That(lines.Count(line => Regex.IsMatch(line, @"\bilgpu +\d")), Is.EqualTo(noted.Value.Count));
        });
        string docs = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "compilers.md"));
        string[] shown = docs.Split("<!-- compare: begin -->")[1].Split("<!-- compare: end -->")[0].Split('\n');
        Assert.That(lines.Select(line => line.Trim()), Is.SupersetOf(shown.Select(line => line.Trim()).Where(line => line.Length > 3)));
    }

    [Test]
    public void A_kernel_that_is_none_is_answered_with_those_near_it()
    {
        Call call = Call.Of("kernels", "show", "adan.rum");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((2, call.Error)));
        Assert.That(call.Error, Does.Contain("There is no kernel \"adan.rum\". Near it: Adam.Run,"));
    }

    [Test]
    public void A_part_of_a_name_is_enough_where_it_is_one_kernels_alone() => Assert.Multiple(() =>
    {
        Assert.That(KernelCatalogue.Find(noted.Value, "ADAMW.R").Name, Is.EqualTo("AdamW.Run"));
        Assert.That(KernelCatalogue.Plain(KernelCatalogue.Find(noted.Value, "BlockedMatMul.Multiply").Name),
            Is.EqualTo("BlockedMatMul.Multiply"));
        Assert.That(() => KernelCatalogue.Find(noted.Value, "matmul"),
            Throws.TypeOf<KernelNotFoundException>().With.Message.Contains("give more"));
    });

    [Test]
    public void A_target_that_is_none_is_a_usage_error() =>
        Assert.That(Call.Of("kernels", "show", "adam.run", "--target", "cobol").ExitCode, Is.EqualTo(2));
}
