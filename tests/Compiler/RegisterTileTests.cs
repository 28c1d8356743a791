using System.Diagnostics;
using System.Reflection;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Simd;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Products;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// The IL of kernels that keep a tile of sums in vector registers. No vector register survives a call on Linux, so that one call behind
/// the loop would have the JIT store every sum whenever it changes.
/// </summary>
[Parallelizable(ParallelScope.Self)]
public partial class RegisterTileTests
{
    private static readonly Index3D Group = new(CodeListing.VectorLanes, 1, 1);

    private static IEnumerable<TestCaseData> Kernels()
    {
        MethodInfo[] kernels =
        [
            Method(PanelMatMul.Multiply<Tile8x3, DepthFastest, Plain>), Method(PanelMatMul.Multiply<Tile4x3, InPanels, Plain>),
            Method(PanelMatMul.Multiply<Tile4x3, DepthFastest, BiasActivation<Gelu>>),
            Method(PanelMatMul.Multiply<Tile8x3, DepthFastest, ActivationGradient<Softplus>>),
            Method(MatMul.Multiply<Tile6x2, DepthFastest, DepthSlowest, BiasActivation<Relu>>),
            Method(MatMul.Multiply<Tile12x2, DepthSlowest, DepthSlowest, Plain>),
            Method(MatMul.Multiply<Tile12x2, DepthFastest, DepthSlowest, ActivationGradient<Gelu>>),
            Method(Convolution.Run<Tile6x2, ToCoarse, PackedWeights, BiasActivation<Relu>>),
            Method(Convolution.Run<Tile8x2, ToFine, DenseWeights, ActivationGradient<Silu>>),
            Method(ConvWeights.Run<Tile8x2>),
        ];
        return kernels.Select(kernel => new TestCaseData(kernel).SetArgDisplayNames(
            $"{kernel.DeclaringType!.Name}, {string.Join(", ", kernel.GetGenericArguments().Select(type => type.Name))}"));
    }

    [TestCaseSource(nameof(Kernels))]
    public void A_kernel_with_a_register_tile_calls_nothing_but_instructions(MethodInfo kernel)
    {
        string[] calls =
            [.. Call().Matches(CodeListing.Of(kernel, Group, CodeTarget.Simd)).Select(match => match.Groups[1].Value).Distinct()];
        Assert.That(calls, Is.Not.Empty.And.All.Matches<string>(IsInstruction));
    }

    /// <summary>Depths in an iteration of a packed product's loop.</summary>
    private static int Depths(bool isPadded) => CodeListing.VectorLanes < 16 ? 4 : isPadded ? 2 : 1;

    private static IEnumerable<TestCaseData> Packed() =>
    [
        new TestCaseData(Method(PanelMatMul.Multiply<Tile8x3, DepthFastest, Plain>), Tile8x3.Rows, Depths(isPadded: false))
            .SetArgDisplayNames(nameof(DepthFastest)),
        new TestCaseData(Method(PanelMatMul.Multiply<Tile8x3, InPanels, Plain>), 1, Depths(isPadded: true))
            .SetArgDisplayNames(nameof(InPanels)),
    ];

    /// <summary>A panel is read at constant offsets from one address; each row that is not packed has an address of its own.</summary>
    [TestCaseSource(nameof(Packed))]
    public void The_loop_of_a_packed_product_has_an_address_for_each_panel_or_unpacked_row(MethodInfo kernel, int leftAddresses, int depths)
    {
        static int MultiplyAdds(string[] block) => block.Count(line => line.StartsWith("fma ", StringComparison.Ordinal));
        // The full tile's loop: the last panel's has fewer columns.
        string[] loop = Label().Split(CodeListing.Of(kernel, Group, CodeTarget.Simd))
            .Select(block => block.Split('\n')).MaxBy(MultiplyAdds)!;
        string[] addresses = [.. loop.Where(line => line.StartsWith("ptradd", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            int loads = loop.Count(line => line.StartsWith("load", StringComparison.Ordinal));
            Assert.That(loads, Is.EqualTo((Tile8x3.Rows + Tile8x3.Columns) * depths));
            Assert.That(addresses.Count(line => !ConstantOffset().IsMatch(line)), Is.EqualTo(leftAddresses + 1));
            Assert.That(loop, Has.None.StartsWith("mul i32"));
        });
    }

    /// <summary>
    /// Chains side by side have their constants in common. What the JIT finds several times it keeps in registers throughout the loop, and
    /// with a dozen constants it has none left for the chains.
    /// </summary>
    [Test]
    public void Chains_side_by_side_read_the_constants_that_they_share_from_memory()
    {
        string code = CodeListing.Of(Method(Reconstruction.Loss<InRegisters<Bernoulli>>), Group, CodeTarget.Simd);
        string chains = Label().Split(code).MaxBy(block => block.Split("fma ").Length)!;
        string[] constants = [.. BroadcastConstant().Matches(chains).Select(match => match.Value)];
        Assert.That(constants.Distinct().Count(), Is.EqualTo(constants.Length), string.Join("\n", constants));
        Assert.That(chains.Split("volatile").Length - 1, Is.InRange(12, 60));
    }

    /// <summary>With 16 vector registers, constants in registers would spill intermediate results to the stack.</summary>
    [Test]
    public void With_few_registers_a_kernel_reads_its_many_constants_from_memory()
    {
        const int lanes = 8;
        var group = new Index3D(lanes, 1, 1);
        var kernel = new KernelSource(Method(Reconstruction.LossAndGradient<Mixture<GaussianComponent>>));
        var listing = new SimdListing();
        SimdEmitter.Emit(kernel.Optimize(group, lanes), group, lanes, listing);
        // All but −10³⁰, the initial value of the loops.
        string[] constants =
            [.. BroadcastConstant().Matches(listing.ToString()).Select(match => match.Value).Where(one => !one.Contains("-1E+30"))];
        Assert.That(constants.Distinct().Count(), Is.EqualTo(constants.Length), string.Join("\n", constants));
        Assert.That(listing.ToString().Split("volatile").Length - 1, Is.AtLeast(50));
    }

    private static bool IsInstruction(string? call) => call is { } method
        && (method.Split('.')[0] is "Vector512" or "Vector256" or "Vector128" or "Avx512F" or "Avx" or "Sse" or "VectorHelpers"
                or "BitConverter"
            || method is "MathF.FusedMultiplyAdd" || Inlined().IsMatch(method));

    /// <summary>The machine code: in the loops of packed products all sums are in registers, and so are most rows' pointers.</summary>
    // The epilogues of all but the first have many constants, for each of which the JIT adds a variable.
    [TestCase("relu")]
    [TestCase("leaky-relu")]
    [TestCase("tanh")]
    [TestCase("sigmoid")]
    public void The_machine_code_of_a_packed_product_keeps_its_sums_in_registers(string activation)
    {
        if (!Fma.IsSupported)
            Assert.Ignore("This processor has no fused multiply-adds of x86.");
        using var folder = new ScratchFolder();
        string listing = folder["listing.txt"];
        using var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [Path.Combine(AppContext.BaseDirectory, "vaegpu.dll"), "train", "--epochs", "1", "--hidden", "40,30",
                "--activation", activation, "--device", "cpu", "--out", folder["run"]])
        {
            RedirectStandardOutput = true,
            Environment =
                { ["DOTNET_JitDisasm"] = "*PanelMatMul*", ["DOTNET_JitStdOutFile"] = listing, ["XDG_CACHE_HOME"] = folder["cache"] },
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
        string[] blocks = BlockStart().Split(File.ReadAllText(listing));
        string[] loops = [.. blocks.Where(block => Multiplications().Count(block) >= 8)];
        Assert.That(loops, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (string loop in loops)
            {
                string[] accesses = [.. StackAccess().Matches(loop).Select(match => match.Value)];
                Assert.That(accesses.Count(access => BoundReload().IsMatch(access)), Is.AtMost(1), loop);
                Assert.That(accesses.Where(access => !BoundReload().IsMatch(access)), Has.All.Match(PointerReload().ToString()), loop);
                Assert.That(accesses, Has.Length.AtMost(Tile8x3.Rows - 2), loop);
            }
        });
    }

    private static MethodInfo Method(Delegate kernel) => kernel.Method;

    [GeneratedRegex("^ScalarFunctions.Binary<(Div|Rem|DivU|RemU|MulHighU)>$")]
    private static partial Regex Inlined();

    [GeneratedRegex(@"^G_M\w+:", RegexOptions.Multiline)]
    private static partial Regex BlockStart();

    [GeneratedRegex("vfmadd[0-9]+ps")]
    private static partial Regex Multiplications();

    [GeneratedRegex(@".*\[r[bs]p.*|\bcall\b.*")]
    private static partial Regex StackAccess();

    [GeneratedRegex(@"(mov|add) +r\w+, qword ptr \[")]
    private static partial Regex PointerReload();

    // A 32-bit register: where the loop ends.
    [GeneratedRegex(@"mov +(e\w+|r\d+d), dword ptr \[")]
    private static partial Regex BoundReload();

    [GeneratedRegex(@"\bcall (\S+?);")]
    private static partial Regex Call();

    [GeneratedRegex(@"ldc\.r4 \S+ call Vector\d+\.Create")]
    private static partial Regex BroadcastConstant();

    [GeneratedRegex(@"^L\d+:$", RegexOptions.Multiline)]
    private static partial Regex Label();

    [GeneratedRegex(@"ldloc \d+; ldc\.i4 \d+; conv\.i; add;")]
    private static partial Regex ConstantOffset();
}
