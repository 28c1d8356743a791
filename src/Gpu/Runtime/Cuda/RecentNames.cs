namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// The names of the last launches. Adding one allocates nothing and takes no lock: under several threads a name may be missed.
/// </summary>
internal sealed class RecentNames
{
    private readonly string?[] names = new string?[16];
    private uint next;

    public void Add(string name) => names[next++ % (uint)names.Length] = name;

    public void Clear() => Array.Clear(names);

    /// <summary>The latest first, each once.</summary>
    public override string ToString()
    {
        IEnumerable<string?> latestFirst = Enumerable.Range(1, names.Length).Select(back => names[(next - (uint)back) % (uint)names.Length]);
        return string.Join(", ", latestFirst.OfType<string>().Distinct());
    }
}
