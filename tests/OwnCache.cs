namespace VaeGpu.Tests;

/// <summary>The cache folder of the tests, beside their program: it keeps compiled programs, and leaves the user's alone.</summary>
[SetUpFixture]
public sealed class OwnCache
{
    [OneTimeSetUp]
    public void Choose() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(AppContext.BaseDirectory, "cache"));
}
