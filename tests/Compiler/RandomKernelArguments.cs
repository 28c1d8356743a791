namespace VaeGpu.Tests.Compiler;

/// <summary>The arguments of a launch, both as a block for functions and as objects for methods.</summary>
internal unsafe ref struct RandomKernelArguments(byte* block)
{
    private readonly List<object> objects = [];
    private ArgumentPacker packer = new(block);

    public readonly byte* Block => block;
    public readonly object[] Objects => [.. objects];

    public void Add<T>(ArrayView<T> view) where T : unmanaged
    {
        packer.Add(view);
        objects.Add(view);
    }

    public void Add<T>(T value) where T : unmanaged
    {
        packer.Add(value);
        objects.Add(value);
    }
}
