namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>The names of the last launches. Adding one allocates nothing and takes no lock: threads may make it miss a name.</summary>
internal sealed class RecentNames
{
    private readonly string?[] names = new string?[16];
    private uint next;

    public void Add(string name) => names[next++ % (uint)names.Length] = name;

    public void Clear()
    {
        Array.Clear(names);
        next = 0;
    }

    /// <summary>The latest first, each once, and whether there were earlier ones.</summary>
    public override string ToString()
    {
        uint last = next;
        IEnumerable<string?> latestFirst =
            Enumerable.Range(1, names.Length).Select(back => names[(last - (uint)back) % (uint)names.Length]);
        return string.Join(", ", latestFirst.OfType<string>().Distinct()) + (last > names.Length ? ", or an earlier one" : "");
    }
}
