using System.Reflection;
using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Language;

namespace VaeGpu.Tests.Frontend;

/// <summary>The builder's folding, the verifier and the printer; and that all of it does the same each time.</summary>
public sealed class IrTests : PassTests
{
    private static Function Make(Action<Builder, Region> build)
    {
        var (builder, body) = (new Builder(), new Region());
        builder.Enter(body);
        build(builder, body);
        builder.Leave();
        return new Function("Test", [], body);
    }

    private static void Malformed(Action<Builder, Region> build, string fault)
    {
        Function function = Make(build);
        var found = Assert.Throws<InvalidOperationException>(() => Verifier.Verify(function));
        Assert.That(found.Message, Does.Contain(fault).And.Contain("kernel Test()"));
    }

    private static Instruction Index(int axis = 0) => new(Op.GroupIndex, IrType.I32, [], axis);

    [Test]
    public void The_verifier_finds_operands_that_are_not_there()
    {
        Malformed((b, _) => b.Append(new Instruction(Op.Neg, IrType.I32, [Index()])), "is not defined before it");
        Malformed((b, body) => body.Yields.Add(Index()), "is not defined before it");
        Malformed((b, _) =>
        {
            var inner = new Region();
            Instruction inside = Index();
            inner.Instructions.Add(inside);
            b.Append(new If(Constant.Bool(true), inner, new Region(), null));
            b.Append(new Instruction(Op.Neg, IrType.I32, [inside]));
        }, "is not defined before it");
    }

    [Test]
    public void The_verifier_finds_types_that_do_not_fit()
    {
        Malformed((b, _) => b.Append(new Instruction(Op.Add, IrType.I32, [Constant.I32(1), Constant.I64(1)])),
            "the operands' types differ");
        Malformed((b, _) => b.Append(new Instruction(Op.Lt, IrType.Bool, [Constant.I32(1), Constant.F32(1)])), "the compared types differ");
        Malformed((b, _) => b.Append(new Instruction(Op.Load, IrType.I32, [Constant.I32(1)], (long)MemoryType.I32)), "not a pointer");
        Malformed((b, _) => b.Append(new If(Constant.I32(1), new Region(), new Region(), null)), "the condition is not Bool");
    }

    [Test]
    public void The_verifier_finds_regions_that_yield_too_little()
    {
        Malformed((b, _) =>
        {
            var then = new Region();
            then.Yields.Add(Constant.I32(1));
            b.Append(new If(Constant.Bool(true), then, new Region(), null));
        }, "a region yields 0 values for 1 results");
        Malformed((b, _) =>
        {
            var body = new Region { Condition = Constant.Bool(false) };
            body.Arguments.Add(new RegionArgument(IrType.I32));
            body.Yields.Add(Constant.F32(1));
            b.Append(new While([Constant.I32(0)], body, null));
        }, "result 0 is i32, a region yields f32");
    }

    [Test]
    public void The_verifier_finds_an_instruction_that_stands_twice() => Malformed((b, _) =>
    {
        Instruction index = Index();
        b.Append(index);
        b.Append(index);
    }, "it stands twice");

    public static void Small(ArrayView<float> x, int n)
    {
        float sum = 1.5f;
        for (int k = 0; k < n; k++)
        {
            if (k != Group.IdxX)
                sum += x[k];
        }
        x[Group.IdxX] = sum;
    }

    [Test]
    public void A_function_is_printed_one_instruction_a_line()
    {
        string text = Printer.Print(Counted(Small));
        Assert.That(text.ReplaceLineEndings("\n").TrimEnd(), Is.EqualTo("""
            kernel IrTests.Small(ptr.global %x, i64 %x.Length, i32 %n)
            {
              %0: f32 = for %1 from 0 to %n step 1 with %2: f32 = 1.5f
              {
                %3: i32 = groupindex.x
                %4: bool = ne %1, %3
                %5: f32 = if %4
                {
                  %6: ptr.global = ptradd *4 %x, %1
                  %7: f32 = load.f32 %6
                  %8: f32 = add %2, %7
                  yield %8
                }
                else
                {
                  yield %2
                }
                yield %5
              }
              %9: i32 = groupindex.x
              %10: ptr.global = ptradd *4 %x, %9
              store.f32 %10, %0
            }
            """.ReplaceLineEndings("\n")));
    }

    public static IEnumerable<MethodInfo> LanguageKernels => typeof(LanguageTests).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(LanguageTests)))
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => m.ReturnType == typeof(void) && !m.IsGenericMethod
            && m.GetParameters().Any(p => ArgumentLayout.IsView(p.ParameterType))
            // A specialized value is known to a launch alone, and what static fields are to a context.
            && m.Name != nameof(KernelFormTests.ReadsStatic)
                && !m.GetParameters().Any(p => p.ParameterType == typeof(SpecializedValue<int>)));

    [TestCaseSource(nameof(LanguageKernels))]
    public void The_same_kernel_gives_the_same_text(MethodInfo kernel)
    {
        KernelSource first = new(kernel), second = new(kernel);
        Assert.That(Printer.Print(second.Imported), Is.EqualTo(Printer.Print(first.Imported)));
        Assert.That(Printer.Print(second.Optimize(Group32, 16)), Is.EqualTo(Printer.Print(first.Optimize(Group32, 16))));
    }

    [Test]
    public void Addresses_fold_only_while_their_offset_fits()
    {
        Make((b, _) =>
        {
            var view = new Parameter(IrType.Pointer(AddressSpace.Global), 0, "x", 0, null);
            var near = (Instruction)b.PtrAdd(b.PtrAdd(view, Constant.I32(3), 4), Constant.I32(2), 4);
            var far = (Instruction)b.PtrAdd(b.PtrAdd(view, Constant.I32(int.MaxValue), 1), Constant.I32(2), 4);
            var huge = (Instruction)b.PtrAdd(b.PtrAdd(view, Constant.I32(3), 1), Constant.I64(1L << 40), 8);
            Assert.Multiple(() =>
            {
                Assert.That((near.Operands[0], ((Constant)near.Operands[1]).Bits, near.Attribute), Is.EqualTo((view, 20L, 1L)));
                Assert.That((((Constant)far.Operands[1]).Bits, far.Attribute), Is.EqualTo((8L, 1L)));
                Assert.That((((Constant)huge.Operands[1]).Bits, huge.Attribute), Is.EqualTo((1L << 40, 8L)));
            });
        });
    }

    [Test]
    public void Identities_of_floats_keep_signed_zeros_and_NaN() => Make((b, _) =>
    {
        Value x = b.Append(new Instruction(Op.BitCast, IrType.F32, [Index()]));
        Assert.Multiple(() =>
        {
            Assert.That(b.Mul(x, Constant.F32(1)), Is.SameAs(x));
            Assert.That(b.Add(x, Constant.F32(0)), Is.Not.SameAs(x), "−0 + 0 is 0");
            Assert.That(b.Mul(x, Constant.F32(0)), Is.Not.InstanceOf<Constant>(), "NaN · 0 is NaN");
            Assert.That(b.Binary(Op.Eq, x, x), Is.Not.InstanceOf<Constant>(), "NaN differs from itself");
            Assert.That(b.Binary(Op.Sub, x, x), Is.Not.InstanceOf<Constant>(), "∞ − ∞ is NaN");
            Assert.That(b.Not(b.Binary(Op.Lt, x, Constant.F32(1))), Is.InstanceOf<Instruction>().With.Property("Op").EqualTo(Op.Not));
        });
    });
}
