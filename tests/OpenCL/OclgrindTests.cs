namespace VaeGpu.Tests.OpenCL;

/// <summary>
/// Every kernel's OpenCL case again on Oclgrind, which watches for races, uninitialized values and accesses outside of buffers. Each
/// test is its own child: in the process of the test suite it starts the child, in the child it does what is to be watched.
/// </summary>
[Parallelizable(ParallelScope.Self)]
public sealed class OclgrindTests
{
    private const int GroupSize = 16;

    // There are more; far fewer would mean that the filter finds them no longer.
    private const int FewestCases = 60;

    // Kernels one by one, and the language they are written in; steps and proofs launch the same kernels many times over.
    // The ladder of convolutions takes minutes here; the interpreter, which watches for the same, runs it in seconds.
    private const string Cases =
        "(FullyQualifiedName~Tests.OpenCL|FullyQualifiedName~Tests.Kernels|FullyQualifiedName~Tests.Language)"
        + "&Name!~" + nameof(Kernels.LikelihoodTests.Every_formula_is_proven)
        + "&Name!~" + nameof(Kernels.LadderTests.Every_convolution_of_the_ladder_adds_taps_and_channels_in_order);

    // Oclgrind rounds a long to double first and then to float; PoCL and GPUs round once, as OpenCL C wants.
    private const string RoundsTwice = nameof(ConversionTests.Longs_become_floats_rounded_once);

    [Test]
    public void The_OpenCL_cases_run_without_a_finding()
    {
        if (Oclgrind.IsHere)
        {
            using Context context = Context.Create(builder => builder.OpenCL12());
            Assert.That(context.Devices.Select(device => device.Name), Is.EqualTo(new[] { "Oclgrind Simulator" }));
            return;
        }
        string planted = string.Concat(Planted.Select(name => $"&Name!={name}"));
        OclgrindResult result = Oclgrind.Run($"({Cases})&(FullyQualifiedName~OpenCL|Name~OpenCL)&Name!={RoundsTwice}{planted}");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Failures);
            Assert.That(result.Log, Is.Empty);
            Assert.That(result.Passed, Is.GreaterThan(FewestCases), result.Output);
        });
    }

    [Test]
    public void A_planted_race_is_found() => Finds("data race", nameof(A_planted_race_is_found), Race);

    [Test]
    public void A_planted_write_outside_is_found() => Finds("Invalid write", nameof(A_planted_write_outside_is_found), WriteOutside);

    [Test]
    public void A_planted_uninitialized_value_is_found() =>
        Finds("Uninitialized", nameof(A_planted_uninitialized_value_is_found), ReadUninitialized);

    [Test]
    public void Of_a_run_that_failed_the_failures_are_shown_alone()
    {
        const string failure = "  Failed A_test(OpenCL) [2 s]\n  Error Message:\n   Expected: 0\n";
        string output = $"Starting\n{failure}  Skipped Another [1 ms]\n{failure}\nFailed!  - Failed:  2, Passed:  7\n";
        var result = new OclgrindResult(1, output, "");
        Assert.That(result.Failures, Is.EqualTo($"{failure}{failure}\n"));
        Assert.That(result.Passed, Is.EqualTo(7));
        Assert.That((result with { Output = "The build failed." }).Failures, Is.EqualTo("The build failed."));
    }

    private static string[] Planted =>
        [nameof(A_planted_race_is_found), nameof(A_planted_write_outside_is_found), nameof(A_planted_uninitialized_value_is_found)];

    private static void Finds(string finding, string test, Action<ArrayView<float>> kernel)
    {
        if (Oclgrind.IsHere)
        {
            using Context context = Context.Create(builder => builder.OpenCL12());
            using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
            using var target = accelerator.Allocate1D<float>(2 * GroupSize);
            accelerator.LoadStreamKernel(kernel)((2, GroupSize), target.View);
            accelerator.Synchronize();
            return;
        }
        OclgrindResult result = Oclgrind.Run($"Name={test}");
        Assert.That(result.Log, Does.Contain(finding), result.Output);
    }

    /// <summary>Reads what a neighbor wrote, without a barrier between.</summary>
    private static void Race(ArrayView<float> target)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(GroupSize);
        shared[Group.IdxX] = Group.IdxX;
        target[Grid.IdxX * Group.DimX + Group.IdxX] = shared[(Group.IdxX + 1) % GroupSize];
    }

    private static void WriteOutside(ArrayView<float> target) => target[Grid.IdxX * Group.DimX + Group.IdxX + 1] = 1f;

    private static void ReadUninitialized(ArrayView<float> target)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(GroupSize);
        target[Grid.IdxX * Group.DimX + Group.IdxX] = shared[Group.IdxX];
    }
}
