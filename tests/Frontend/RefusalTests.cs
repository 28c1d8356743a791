using System.Runtime.CompilerServices;

namespace VaeGpu.Tests.Frontend;

/// <summary>
/// Compiles kernels that the language does not allow. The message must name the kernel, the file and the line, which in each
/// kernel here is the one with the comment "refused", say what is wrong, and what to write instead.
/// </summary>
public abstract class RefusalTests
{
    private static readonly string folder = Path.GetDirectoryName(ThisFile())!;

    protected void Refused(Delegate kernel, string what, string remedy) => Refused(kernel, kernel.Method.Name, what, remedy);

    protected void Refused(Delegate kernel, string marked, string what, string remedy)
    {
        var source = new KernelSource(kernel.Method);
        var refusal = Assert.Throws<KernelCompilationException>(() => source.Optimize(new(64, 1, 1), 16));
        string file = Path.Combine(folder, GetType().Name + ".cs");
        int line = Marked(file, marked);
        Assert.Multiple(() =>
        {
            Assert.That(refusal.Kernel, Is.EqualTo(source.Name));
            Assert.That(refusal.Message, Does.Contain(source.Name).And.Contain($"({Path.GetFileName(file)}:{line})"));
            Assert.That((Path.GetFileName(refusal.File), refusal.Line), Is.EqualTo((Path.GetFileName(file), line)));
            Assert.That(refusal.Message, Does.Contain(what).And.Contain(remedy));
        });
    }

    /// <summary>The line of the first "refused" from a method's declaration on.</summary>
    private static int Marked(string file, string method)
    {
        string[] lines = File.ReadAllLines(file);
        int start = Array.FindIndex(lines, l => !l.Contains("Refused(") && (l.Contains($" {method}(") || l.Contains($" {method}<")));
        return 1 + Array.FindIndex(lines, start, l => l.Contains("// refused"));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
