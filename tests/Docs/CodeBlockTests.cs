using System.Text.RegularExpressions;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Docs;

/// <summary>The blocks of C# of every page compile. Those of recipes are compiled in place by <see cref="RecipeTests"/>.</summary>
public sealed partial class CodeBlockTests
{
    private const string Usings = """
        using System.Reflection;
        using VaeGpu.Gpu.Accelerators;
        using VaeGpu.Gpu.Inspection;
        using VaeGpu.Gpu.Runtime;
        using VaeGpu.Kernels;
        using VaeGpu.Kernels.Activations;
        using VaeGpu.Kernels.Devices;
        using VaeGpu.Kernels.Likelihoods;
        using VaeGpu.Training;
        using VaeGpu.Training.Configuration;
        using VaeGpu.Training.Data;
        using VaeGpu.Training.Exchange;

        """;

    /// <summary>What a block takes for granted: by the first line of its code, the code before and after it.</summary>
    private static readonly Dictionary<string, (string Before, string After)> Contexts = new()
    {
        ["public static void MultiplyByDerivative<TActivation>(ArrayView<float> gradient, ArrayView<float> saved, MatrixShape shape)"] =
            ("internal static class Program { private static void Main() { }", "}"),
        ["internal static class Hello"] = ("Console.WriteLine(Hello.Size);", ""),
        ["if (accelerator is ILaunchRecorder recorder)"] = ("""
            using Context context = Context.Create(builder => builder.Simd());
            using Accelerator accelerator = context.CreateSimdAccelerator(0);
            using var buffer = accelerator.Allocate1D<float>(64);
            var kernel = accelerator.LoadStreamKernel<ArrayView<float>>(view => view[0] = 1);
            """, ""),
        ["MethodInfo method = ((Action<ArrayView<float>>)MyKernel).Method;"] = ("""
            using Context context = Context.Create(builder => builder.Simd());
            using Accelerator accelerator = context.CreateSimdAccelerator(0);
            static void MyKernel(ArrayView<float> view) => view[0] = 1;
            """, ""),
        ["using Backend device = Backend.Open(\"auto\");"] = ("ImageSet images = new([0], labels: null, 1, 1);", ""),
    };

    private static IEnumerable<CodeBlock> Blocks =>
        CodeBlock.All.Where(block => !block.Page.StartsWith("docs/adding-", StringComparison.Ordinal));

    [TestCaseSource(nameof(Blocks))]
    public void A_block_compiles(object block)
    {
        var (page, line, code, _) = (CodeBlock)block;
        (string before, string after) = Contexts.GetValueOrDefault(code.Split('\n')[0]);
        using var folder = new ScratchFolder();
        string usings = NamesItsNamespaces().IsMatch(code) ? "" : Usings;
        new Compiler(folder).Sources(
            "Block", "exe", "samples/TrainVae", [new("Block.cs", $"{usings}{before}\n#line {line} \"{page}\"\n{code}{after}")]);
    }

    [GeneratedRegex(@"^using [\w.]+;$", RegexOptions.Multiline)]
    private static partial Regex NamesItsNamespaces();
}
