namespace VaeGpu.Tests;

/// <summary>The cache folder of the tests, beside their program: they neither read nor write the user's, and keep compiled programs.</summary>
[SetUpFixture]
public sealed class OwnCache
{
    [OneTimeSetUp]
    public void Choose() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(AppContext.BaseDirectory, "cache"));
}
