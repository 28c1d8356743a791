using VaeGpu.Layers;

namespace VaeGpu.Tests.Layers;

/// <summary>The memory that layers share.</summary>
public sealed class WorkspaceTests
{
    [Test]
    public void A_matrix_that_kernels_cannot_count_is_refused_before_memory_is_asked_for()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        using var workspace = new Workspace(accelerator, 1 << 20);
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => workspace.Allocate(1 << 11));
        Assert.That(refusal.Message, Does.Contain("2,147,483,648").And.Contain("smaller batches"));
    }
}
