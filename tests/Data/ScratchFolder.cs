namespace VaeGpu.Tests.Data;

/// <summary>A folder of its own for one test, with a space in its name; removed at the end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vaegpu test ").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Put(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
