using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Ptx;

/// <summary>
/// Holds the PTX of small kernels against Golden/, so that a change of the compiler shows in review what it does to the code.
/// Where the change is wanted, <c>VAEGPU_WRITE_GOLDEN=1 dotnet test --filter GoldenTests</c> regenerates the files.
/// </summary>
[TestFixture]
internal sealed class GoldenTests
{
    private static readonly string folder = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Golden");

    private static readonly string[] lines = File.ReadAllLines(Path.Combine(folder, "../GoldenKernels.cs"));

    private static IEnumerable<string> Names => typeof(GoldenKernels)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name);

    [TestCaseSource(nameof(Names))]
    public void A_kernel_becomes_the_text_that_is_kept(string name)
    {
        string path = Path.Combine(folder, name + ".ptx"), text = Emit(name);
        if (Environment.GetEnvironmentVariable("VAEGPU_WRITE_GOLDEN") == "1")
            File.WriteAllText(path, text);
        Assert.That(File.Exists(path), $"Golden/{name}.ptx is missing: write it with VAEGPU_WRITE_GOLDEN=1.");
        Assert.That(text.Split('\n'), Is.EqualTo(File.ReadAllText(path).Split('\n')),
            "The text has changed. If that is wanted, write the file with VAEGPU_WRITE_GOLDEN=1 and look at the difference.");
    }

    [Test]
    public void Every_file_belongs_to_a_kernel() =>
        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileNameWithoutExtension), Is.EquivalentTo(Names));

    [TestCaseSource(nameof(Names))]
    public void The_text_is_the_same_again_and_under_any_culture(string name)
    {
        string text = Emit(name);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (odd.NumberFormat.NegativeSign, odd.NumberFormat.NumberDecimalSeparator) = ("minus", ",");
            CultureInfo.CurrentCulture = odd;
            Assert.That(Emit(name), Is.EqualTo(text));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void The_assembler_takes_them_for_every_generation_of_GPUs() =>
        Ptxas.Check(Names.Select(name => (name, TextAccelerator.Emit(Source(name), new(64, 1, 1)))));

    /// <summary>The text, with the C# lines themselves where it has their numbers, which change too easily.</summary>
    private static string Emit(string name) =>
        Regex.Replace(TextAccelerator.Emit(Source(name), new(64, 1, 1)).Text, @"GoldenKernels\.cs:([0-9]+)",
        match => lines[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1].Trim());

    private static KernelSource Source(string name)
    {
        MethodInfo kernel = typeof(GoldenKernels).GetMethod(name)!;
        return new(kernel, new KernelSpecialization(null, kernel.GetCustomAttribute<GoldenKernels.SideBySideAttribute>()?.Groups));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
