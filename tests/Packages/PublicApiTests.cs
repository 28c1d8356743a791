using System.Reflection;
using PublicApiGenerator;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Packages;

/// <summary>The public API is what the files in tests/Api say, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false, ExcludeAttributes = ["ILGPU.Runtime.DeviceTypeAttribute"],
    };

    [TestCase("VaeGpu.Gpu")]
    [TestCase("VaeGpu.Kernels")]
    [TestCase("VaeGpu.Layers")]
    [TestCase("VaeGpu.Training")]
    public void The_public_API_is_the_approved_one(string assembly)
    {
        string path = Path.Combine(ReadmeTests.Root, "tests", "Api", $"{assembly}.txt");
        string api = Assembly.Load(assembly).GeneratePublicApi(Options).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("VAEGPU_WRITE_GOLDEN") is not null)
            File.WriteAllText(path, api);
        Assert.That(api, Is.EqualTo(File.ReadAllText(path).ReplaceLineEndings("\n")),
            "The public API changed. If that is intended, run this test with VAEGPU_WRITE_GOLDEN=1 and commit the file.");
    }
}
