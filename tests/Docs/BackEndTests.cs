using System.Reflection;
using System.Text.RegularExpressions;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>The recipe of a back end names every member that a back end may implement, and no other.</summary>
public sealed partial class BackEndTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "adding-a-backend.md"));

    [Test]
    public void Its_table_has_the_members_of_an_accelerator()
    {
        IEnumerable<string> listed = Row().Matches(Page)
            .SelectMany(row => Name().Matches(row.Groups[1].Value)).Select(name => name.Groups[1].Value).Distinct();
        // StandsFor is for accelerators that note launches of others.
        Assert.That(listed, Is.EquivalentTo(Open(typeof(EngineAccelerator)).Except(["StandsFor"])));
    }

    [Test]
    public void It_names_the_members_of_a_device() => Assert.Multiple(() =>
    {
        foreach (string member in Open(typeof(EngineDevice)))
            Assert.That(Page, Does.Contain($"`{member}`"));
    });

    /// <summary>The members that a class declares and a derived one may override.</summary>
    private static IEnumerable<string> Open(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(method => method is { IsVirtual: true, IsFinal: false } && method.GetBaseDefinition().DeclaringType == type)
            .Select(method => method.Name.Replace("get_", "")).Distinct();

    [GeneratedRegex(@"^\| (`.*`) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+)[(`]")]
    private static partial Regex Name();
}
