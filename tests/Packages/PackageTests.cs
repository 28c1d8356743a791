using System.Diagnostics;
using System.IO.Compression;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Packages;

/// <summary>The packages are made and used as a stranger would.</summary>
public sealed class PackageTests
{
    [Test, NonParallelizable]
    public void The_tool_installs_from_a_folder_of_packages_and_runs()
    {
        using var scratch = new ScratchFolder();
        string packages = scratch["packages"], tools = scratch["tools"];
        foreach (string project in (string[])["Gpu", "Kernels", "Layers", "Training", "Host"])
        {
            string path = Path.Combine(ReadmeTests.Root, "src", project);
            Run("dotnet", "pack", path, "-c", "Release", "--no-build", "-o", packages, "-v", "quiet", "-p:NuGetAudit=false");
        }
        Assert.That(
            Directory.EnumerateFiles(packages, "*.nupkg").Select(file => Path.GetFileName(file)[..^6].Split(".0.")[0])
                .Order(StringComparer.Ordinal),
            Is.EqualTo((string[])["VaeGpu", "VaeGpu.Gpu", "VaeGpu.Kernels", "VaeGpu.Layers", "VaeGpu.Tool"]));
        using (ZipArchive library = ZipFile.OpenRead(Directory.EnumerateFiles(packages, "VaeGpu.Gpu.*.nupkg").Single()))
        {
            Assert.That(library.Entries.Select(entry => entry.FullName), Is.SupersetOf((string[])
                ["README.md", "lib/net10.0/VaeGpu.Gpu.dll", "lib/net10.0/VaeGpu.Gpu.xml"]));
        }
        File.WriteAllText(scratch["nuget.config"], $"""
            <configuration><packageSources><clear /><add key="here" value="{packages}" /></packageSources></configuration>
            """);
        Run("dotnet", "tool", "install", "VaeGpu.Tool", "--prerelease", "--tool-path", tools, "--configfile", scratch["nuget.config"]);
        Assert.That(Run(Path.Combine(tools, "vaegpu"), "devices"), Does.Contain("cpu"));
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {output}{error.Result}");
        return output;
    }
}
