using System.Diagnostics;
using System.Reflection;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>The SDK's C# compiler, called as the build calls it: with the same references, generators and warnings.</summary>
internal sealed class Compiler(ScratchFolder output)
{
    private readonly Dictionary<string, string> compiled = [];

    /// <summary>What was compiled: files by the names of their assemblies. They take the place of the assemblies that were built.</summary>
    public IReadOnlyDictionary<string, string> Compiled => compiled;

    /// <summary>Compiles a project of the repository with some of its files changed, or with further ones.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="changed">New contents of files, by their paths from the repository's folder.</param>
    public void Project(string project, IReadOnlyDictionary<string, string> changed)
    {
        string folder = Path.Combine(ReadmeTests.Root, project);
        IEnumerable<string> sources = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsIn($"{project}/obj", FromRoot(file)) && !changed.ContainsKey(FromRoot(file)));
        IEnumerable<string> rewritten = Put(changed.Where(file => IsIn(project, file.Key)));
        Compile(
            $"VaeGpu.{Path.GetFileName(project)}", "library",
            [Generated(project, "GlobalUsings.g"), Generated(project, "AssemblyInfo"), .. OfTools(project), .. sources, .. rewritten]);
    }

    /// <summary>Compiles sources to an assembly.</summary>
    /// <param name="assembly">Its name.</param>
    /// <param name="kind">"library" or "exe".</param>
    /// <param name="project">The folder of the project whose global usings they are written for.</param>
    /// <param name="sources">Names and contents.</param>
    public void Sources(string assembly, string kind, string project, IEnumerable<KeyValuePair<string, string>> sources) =>
        Compile(assembly, kind, [Generated(project, "GlobalUsings.g"), .. Put(sources)]);

    /// <summary>Whether a file lies in a folder.</summary>
    public static bool IsIn(string folder, string file) => file.StartsWith(folder + "/", StringComparison.Ordinal);

    private void Compile(string assembly, string kind, IEnumerable<string> sources)
    {
        string target = output[$"{assembly}.dll"];
        string[] arguments =
        [
            $"/target:{kind}", $"/out:{target}", $"/doc:{output[assembly + ".xml"]}", "/langversion:latest", "/nullable:enable", "/unsafe",
            "/optimize", "/debug:portable", "/warnaserror", "/nologo",
            // As in Directory.Build.props; and sources come before the same types in references.
            "/nowarn:CS1701,CS1702,CS1591,CS1573,CS0436",
            .. References().Select(reference => $"/reference:{reference}"), .. Generators().Select(file => $"/analyzer:{file}"), .. sources,
        ];
        string response = output[$"{assembly}.rsp"];
        File.WriteAllLines(response, arguments.Select(argument => $"\"{argument}\""));
        string[] command = ["exec", Built("Compiler"), "/shared", "/noconfig", $"@{response}"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", command)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string diagnostics = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{assembly}:\n{string.Join('\n', diagnostics.Split('\n').Take(20))}{error.Result}");
        compiled[assembly] = target;
    }

    /// <summary>The framework and everything the tests reference, with what was compiled here in place of what was built.</summary>
    private IEnumerable<string> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(file => !compiled.ContainsKey(Path.GetFileNameWithoutExtension(file))).Concat(compiled.Values);

    private static IEnumerable<string> Generators() => Directory.GetFiles(Built("Generators"), "System.Text.*.dll");

    private string[] Put(IEnumerable<KeyValuePair<string, string>> sources) => [.. sources.Select(source =>
        output.Put(source.Key.Replace('/', '.'), System.Text.Encoding.UTF8.GetBytes(source.Value)))];

    private static string FromRoot(string file) => Path.GetRelativePath(ReadmeTests.Root, file).Replace('\\', '/');

    /// <summary>A source file that the build wrote for a project, in the configuration of these tests.</summary>
    private static string Generated(string project, string kind) => Directory.GetFiles(Intermediate(project), $"*.{kind}.cs").Single();

    /// <summary>Source files that tools of the build wrote, in folders as the project has them.</summary>
    private static IEnumerable<string> OfTools(string project) =>
        Directory.GetDirectories(Intermediate(project))
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories));

    private static string Intermediate(string project)
    {
        string configuration = Path.GetRelativePath(Path.Combine(ReadmeTests.Root, "tests", "bin"), AppContext.BaseDirectory);
        return Path.Combine(ReadmeTests.Root, project, "obj", configuration);
    }

    /// <summary>What the build noted for these tests in Tests.csproj.</summary>
    private static string Built(string name) =>
        typeof(Compiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(note => note.Key == name).Value!;
}
