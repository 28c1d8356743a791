using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Targets.OpenCL;

namespace VaeGpu.Tests.OpenCL;

/// <summary>The text alone; no device is needed.</summary>
public sealed class EmitterTests
{
    [Test]
    public void Doubles_are_asked_for_only_where_they_are_used()
    {
        Assert.That(Emit(k => Constant.F32(0.1f), MemoryType.F32),
            Has.Property("UsesDoubles").False.And.Property("Source").Not.Contain("fp64"));
        Assert.That(Emit(k => Constant.F64(0.1), MemoryType.F64),
            Has.Property("UsesDoubles").True.And.Property("Source").Contain("cl_khr_fp64"));
    }

    [Test]
    public void The_group_shape_and_the_ban_on_contraction_stand_in_the_text()
    {
        string text = Emit(k => k.Global, MemoryType.I32).Source;
        Assert.That(text, Does.Contain("reqd_work_group_size(64, 1, 1)").And.Contain("#pragma OPENCL FP_CONTRACT OFF"));
    }

    [Test]
    public void Parameters_that_are_not_used_are_left_out()
    {
        OpenCLText text = Emit(k =>
        {
            k.View();
            return k.Global;
        }, MemoryType.I32);
        Assert.That(text.Arguments.Select(p => p.Name), Is.EqualTo(new[] { "view0" }));
    }

    [Test]
    public void The_CSharp_line_stands_before_what_it_became_and_only_once()
    {
        string text = Emit(k =>
        {
            k.Builder.Location = new SourceLocation("Kernel", "/somewhere/Kernel.cs", 42);
            k.Builder.Store(k.View(), Constant.I32(1), MemoryType.I32);
            k.Builder.Store(k.View(), Constant.I32(2), MemoryType.I32);
            return k.Global;
        }, MemoryType.I32).Source;
        Assert.That(text.Split("// Kernel.cs:42\n"), Has.Length.EqualTo(2));
    }

    [Test]
    public void An_array_in_local_memory_is_a_defect()
    {
        Assert.Throws<InvalidOperationException>(() => Emit(k =>
            k.Builder.Load(k.Builder.Emit(Op.LocalArray, IrType.Pointer(AddressSpace.Local), [], 64), MemoryType.I32), MemoryType.I32));
    }

    private static OpenCLText Emit(Func<HandKernel, Value> compute, MemoryType type)
    {
        var kernel = new HandKernel();
        Parameter output = kernel.View();
        kernel.Write(output, kernel.Global, compute(kernel), type);
        return OpenCLEmitter.Emit(kernel.Function, new(kernel.GroupSize, 1, 1));
    }
}
