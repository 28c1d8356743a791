using System.Text.RegularExpressions;

namespace VaeGpu.Tests.Host;

/// <summary>Folders and namespaces are the same tree.</summary>
public sealed partial class NamespaceTests
{
    private static readonly string[] Projects =
        ["src/Gpu", "src/Kernels", "src/Layers", "src/Training", "src/Host", "tests", "tests/CudaEmulator"];

    [TestCaseSource(nameof(Projects))]
    public void A_namespace_is_the_path_of_its_folder(string project)
    {
        string root = Path.Combine(ReadmeTests.Root, project);
        string name = Path.GetFileNameWithoutExtension(Directory.GetFiles(root, "*.csproj").Single());
        (string File, string Namespace)[] declared = [.. Sources(root)
            .Select(file => (Path.GetRelativePath(root, file), Namespace().Match(File.ReadAllText(file)).Groups[1].Value))
            .Where(file => file.Item2.Length > 0)];
        Assert.That(declared, Is.Not.Empty);
        Assert.That(
            declared.Where(file => file.Namespace != string.Join('.', (string[])["VaeGpu", name, .. Folders(file.File)])),
            Is.Empty, "Move the file, or rename its namespace.");
    }

    /// <summary>A project's files: those below its folder, without other projects and what is built.</summary>
    private static IEnumerable<string> Sources(string folder) => Directory.GetFiles(folder, "*.cs").Concat(
        Directory.GetDirectories(folder)
            .Where(inner => Path.GetFileName(inner) is not ("bin" or "obj") && Directory.GetFiles(inner, "*.csproj").Length == 0)
            .SelectMany(Sources));

    private static string[] Folders(string file) =>
        Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
