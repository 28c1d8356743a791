using System.Text.RegularExpressions;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>The recipes of the documentation, followed: their code is compiled into the product, tested, and used by commands.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed partial class RecipeTests
{
    private const string Tests = "VaeGpu.Tests", Recipes = "VaeGpu.Tests.Recipes";
    private static readonly string[] Pages = ["docs/adding-a-kernel.md", "docs/adding-a-likelihood.md"];
    // One vector width, and the interpreter, which checks every access.
    private static readonly string[] Devices = ["CPU 512", "interpreter 16"];
    private readonly ScratchFolder folder = new();
    private RecipeContext context = null!;

    [OneTimeSetUp]
    public void Follow()
    {
        Dictionary<string, string> files = Recipe.Follow(Pages);
        var compiler = new Compiler(folder);
        compiler.Project("src/Kernels", files);
        compiler.Project("src/Training", files);
        // Test files that are new or changed, and one that uses those.
        const string user = "tests/Kernels/ActivationTests.cs";
        compiler.Sources(
            Recipes, "library", "tests",
            files.Where(file => Compiler.IsIn("tests", file.Key))
                .Append(new(user, File.ReadAllText(Path.Combine(ReadmeTests.Root, user)))));
        string[] compiled = ["tests", "src/Kernels", "src/Training"];
        Assert.That(
            files.Keys.Where(file => !Array.Exists(compiled, project => Compiler.IsIn(project, file))), Is.Empty,
            "Compile the projects of these files, too.");
        context = new RecipeContext(compiler.Compiled);
    }

    [OneTimeTearDown]
    public void Clean() => folder.Dispose();

    [Test]
    public void The_kernel_passes_the_test_of_its_recipe() =>
        Assert.That(context.RunOnDevices(Recipes, "VaeGpu.Tests.Kernels.AxpyTests", Devices), Is.EqualTo(Devices.Length));

    [Test]
    public void The_kernel_and_the_likelihood_are_in_the_catalogue() =>
        context.Call(Tests, "VaeGpu.Tests.Host.KernelsTests", nameof(KernelsTests.The_catalogue_has_every_kernel_of_the_product));

    [Test]
    public void The_activation_passes_the_test_that_asks_for_it_in_double_precision() =>
        Assert.That(context.RunOnDevices(Recipes, "VaeGpu.Tests.Kernels.ActivationTests", Devices), Is.Positive);

    private static IEnumerable<string> Commands => Pages.SelectMany(page =>
        Command().Matches(File.ReadAllText(Path.Combine(ReadmeTests.Root, page)).ReplaceLineEndings("\n"))
            .Select(line => line.Groups[1].Value)).Distinct();

    [TestCaseSource(nameof(Commands))]
    public void The_command_of_a_recipe_succeeds(string command)
    {
        string[] arguments = [.. Argument().Matches(command).Select(argument => argument.Value.Trim('\''))];
        if (arguments[0] == "train")
            arguments = [.. arguments, "--out", folder["run"]];
        string result = context.Call(Tests, "VaeGpu.Tests.Host.Call", "Of", [arguments])!.ToString()!;
        Assert.That(result, Does.StartWith("Call { ExitCode = 0,"));
        // Code is listed below the lines of its source.
        Assert.That(result, Does.Contain(arguments[0] == "kernels" ? command.Contains("Axpy") ? "Axpy.cs:" : "Logistic.cs:" : "logistic"));
    }

    [GeneratedRegex("^    dotnet run -c Release --project src/Host -- (.*)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Argument();
}
