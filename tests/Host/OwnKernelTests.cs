using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>"vaegpu kernels --assembly": kernels of a user, and the mistakes of docs/your-kernel.md.</summary>
public sealed partial class OwnKernelTests
{
    private static string Mistakes => Path.Combine(AppContext.BaseDirectory, "VaeGpu.KernelMistakes.dll");

    private static string Page => File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "your-kernel.md"));

    [Test]
    public void Each_mistake_gives_the_message_of_the_page()
    {
        Call call = Call.Of("kernels", "check", "--assembly", Mistakes);
        string page = Spaces().Replace(Page, " ");
        string[] lines = call.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(1), call.Error);
            Assert.That(lines, Has.Length.EqualTo(8));
            foreach (string line in lines.Where(line => !line.StartsWith("passed", StringComparison.Ordinal)))
                Assert.That(page, Does.Contain(line[8..]));
        });
    }

    [Test]
    public void The_page_shows_the_kernels_as_they_are()
    {
        string source = File.ReadAllText(Path.Combine(ReadmeTests.Root, "samples", "KernelMistakes", "Mistakes.cs"));
        foreach (string code in Page.Split("\n### ").Skip(1).Select(section => section.Split("\n\n")[2]))
            Assert.That(source, Does.Contain(code));
    }

    [Test]
    public void A_kernel_is_listed_shown_and_timed() => Assert.Multiple(() =>
    {
        Call list = Call.Of("kernels", "--assembly", Mistakes, "--name", "uncoalesced", "--device", "cpu");
        Assert.That(list.ExitCode, Is.Zero, list.Error);
        Assert.That(list.Output, Does.Match(@"Mistakes\.UncoalescedAccess +1 +64 +0 +0 +32\.8k"));
        Call show = Call.Of("kernels", "show", "Uncoalesced", "--assembly", Mistakes, "--target", "ptx");
        Assert.That(show.Output, Does.Contain(".entry").And.Match(@"// Mistakes\.cs:\d+"), show.Error);
        Call profile = Call.Of("kernels", "profile", "--name", "Uncoalesced", "--assembly", Mistakes, "--device", "cpu", "--threads", "1");
        Assert.That(profile.Output, Does.Match(@"Mistakes\.UncoalescedAccess +[\d.]+ +\([\d.]+–[\d.]+\)"), profile.Error);
    });

    [Test]
    public void A_kernel_at_fault_is_left_out_and_the_others_are_timed()
    {
        Call call = Call.Of("kernels", "profile", "--assembly", Mistakes, "--device", "cpu", "--threads", "1");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((1, "")));
        Assert.That(call.Output, Does.Contain("Mistakes.OutOfBounds: stopped by a fault; \"vaegpu kernels check\" says which")
            .And.Match(@"Mistakes\.BankConflict +[\d.]+ +\("));
    }

    [Test]
    public void What_cannot_be_listed_has_no_heading()
    {
        Call call = Call.Of("kernels", "--assembly", Mistakes, "--name", "no such", "--device", "cpu");
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((2, "")), call.Error);
    }

    [Test]
    public void Sizes_of_the_command_line_take_the_place_of_the_attributes()
    {
        string[] check = ["kernels", "check", "--assembly", Mistakes, "--name", "OutOfBounds", "--sizes"];
        Assert.Multiple(() =>
        {
            Assert.That(Call.Of([.. check, "values=1024"]).Output, Is.EqualTo("passed  Mistakes.OutOfBounds\n"));
            Assert.That(Call.Of([.. check, "values=1024:unset"]).Output, Does.Contain("which nothing has written"));
            Assert.That(Call.Of([.. check, "valeus=3"]).Error,
                Does.Contain("Mistakes.OutOfBounds has no parameter \"valeus\". It has: values, factor."));
            Assert.That(Call.Of([.. check, "factor=much"]).Error, Does.Contain("factor=much is not a value of type Single."));
            Assert.That(Call.Of([.. check, "threads=0"]).Error, Does.Contain("threads=0: sizes are numbers from 1"));
            Call none = Call.Of([.. check, "threads"]);
            Assert.That((none.ExitCode, none.Error), Is.EqualTo(
                (2, "error: \"threads\" is not a size. Write words such as groups=16 threads=64 input=1024.\n")));
            Assert.That(Call.Of([.. check, "values=200000000x16"]).Error,
                Does.StartWith("error: Mistakes.OutOfBounds: ").And.EndsWith("Give smaller sizes.\n"));
        });
    }

    [Test]
    public void An_assembly_that_is_none_is_named() => Assert.Multiple(() =>
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["text.dll"], "text");
        Assert.That(Call.Of("kernels", "check", "--assembly", folder["none.dll"]).Error, Does.Contain("There is no assembly"));
        Assert.That(Call.Of("kernels", "check", "--assembly", folder["text.dll"]).Error, Does.Contain("is not a .NET assembly"));
        Assert.That(Call.Of("kernels", "check").ExitCode, Is.EqualTo(2));
        Assert.That(Call.Of("kernels", "check", "--assembly", typeof(ILGPU.Context).Assembly.Location, "--name", "no such").Error,
            Does.Contain("has no kernel").Or.Contains("has no kernels"));
    });

    [Test]
    public void The_template_makes_a_project_whose_kernels_pass()
    {
        using var folder = new ScratchFolder();
        string template = Path.Combine(ReadmeTests.Root, "templates", "vaegpu-kernel");
        DotnetNew(folder, "install", template);
        DotnetNew(folder, "vaegpu-kernel", "--name", "Instance", "--repository", ReadmeTests.Root, "--output", folder["made"]);
        string[] files = [.. Directory.GetFiles(folder["made"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.That(files, Is.EqualTo(new[] { "Instance.csproj", "Kernels.cs" }));
        string project = File.ReadAllText(folder["made/Instance.csproj"]), source = File.ReadAllText(folder["made/Kernels.cs"]);
        new Docs.Compiler(folder).Sources(
            "Instance", "library", "samples/HelloKernel", new Dictionary<string, string> { ["Kernels.cs"] = source });
        Call call = Call.Of("kernels", "check", "--assembly", folder["Instance.dll"]);
        Assert.Multiple(() =>
        {
            Assert.That(project, Does.Contain($"<VaeGpuRepository>{ReadmeTests.Root}</VaeGpuRepository>"));
            Assert.That(source, Does.Contain("namespace Instance").And.Not.Contain("MyKernels"));
            Assert.That(call.Output, Is.EqualTo("passed  Kernels.Saxpy\npassed  Kernels.SumOfGroup\n"), call.Error);
        });
    }

    /// <summary>Runs "dotnet new" with its templates in the folder alone.</summary>
    private static void DotnetNew(ScratchFolder folder, params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(
            "dotnet", ["new", .. arguments, "--debug:custom-hive", folder["hive"]])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_HOME"] = folder["home"], ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" },
        })!;
        Task<string> error = program.StandardError.ReadToEndAsync();
        string output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        Assert.That(program.ExitCode, Is.Zero, output + error.Result);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
