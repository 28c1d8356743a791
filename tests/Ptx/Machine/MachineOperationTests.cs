using VaeGpu.CudaEmulator.Machine;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>One instruction in one lane, with values worked out by hand from the ISA or taken from .NET.</summary>
internal sealed class MachineOperationTests
{
    private static ulong F(float value) => BitConverter.SingleToUInt32Bits(value);

    private static ulong D(double value) => BitConverter.DoubleToUInt64Bits(value);

    [TestCase("add.u32 %r0, %r1, %r2;", 0xFFFFFFFFul, 2ul, 0ul, 1ul)]
    [TestCase("add.s32 %r0, %r1, -7;", 5ul, 0ul, 0ul, 0xFFFFFFFEul)]
    [TestCase("add.sat.s32 %r0, %r1, %r2;", 0x7FFFFFFFul, 1ul, 0ul, 0x7FFFFFFFul)]
    [TestCase("sub.u64 %rd0, %rd1, %rd2;", 0ul, 1ul, 0ul, ulong.MaxValue)]
    [TestCase("add.u16 %h0, %h1, %h2;", 0xFFFFul, 3ul, 0ul, 2ul)]
    [TestCase("mul.lo.s32 %r0, %r1, %r2;", 0x10001ul, 0x10001ul, 0ul, 0x20001ul)]
    [TestCase("mul.hi.u32 %r0, %r1, %r2;", 0xFFFFFFFFul, 0xFFFFFFFFul, 0ul, 0xFFFFFFFEul)]
    [TestCase("mul.hi.s32 %r0, %r1, %r2;", 0xFFFFFFFFul, 5ul, 0ul, 0xFFFFFFFFul)]
    [TestCase("mul.hi.u64 %rd0, %rd1, %rd2;", ulong.MaxValue, ulong.MaxValue, 0ul, ulong.MaxValue - 1)]
    [TestCase("mul.wide.u32 %rd0, %r1, %r2;", 0xFFFFFFFFul, 2ul, 0ul, 0x1FFFFFFFEul)]
    [TestCase("mul.wide.s32 %rd0, %r1, 4;", 0xFFFFFFFFul, 0ul, 0ul, 0xFFFFFFFFFFFFFFFCul)]
    [TestCase("mad.lo.u32 %r0, %r1, %r2, %r3;", 7ul, 6ul, 5ul, 47ul)]
    [TestCase("mad.wide.s32 %rd0, %r1, %r2, %rd3;", 0xFFFFFFFFul, 3ul, 10ul, 7ul)]
    [TestCase("div.s32 %r0, %r1, %r2;", 0xFFFFFFF9ul, 2ul, 0ul, 0xFFFFFFFDul)]
    [TestCase("rem.s32 %r0, %r1, %r2;", 0xFFFFFFF9ul, 2ul, 0ul, 0xFFFFFFFFul)]
    [TestCase("div.u32 %r0, %r1, %r2;", 0xFFFFFFF9ul, 2ul, 0ul, 0x7FFFFFFCul)]
    [TestCase("rem.u64 %rd0, %rd1, %rd2;", 1000000000007ul, 10ul, 0ul, 7ul)]
    [TestCase("abs.s32 %r0, %r1;", 0xFFFFFFFBul, 0ul, 0ul, 5ul)]
    [TestCase("neg.s64 %rd0, %rd1;", 1ul, 0ul, 0ul, ulong.MaxValue)]
    [TestCase("min.s32 %r0, %r1, %r2;", 0xFFFFFFFFul, 1ul, 0ul, 0xFFFFFFFFul)]
    [TestCase("min.u32 %r0, %r1, %r2;", 0xFFFFFFFFul, 1ul, 0ul, 1ul)]
    [TestCase("max.u64 %rd0, %rd1, %rd2;", ulong.MaxValue, 1ul, 0ul, ulong.MaxValue)]
    [TestCase("max.s64 %rd0, %rd1, %rd2;", ulong.MaxValue, 1ul, 0ul, 1ul)]
    [TestCase("popc.b32 %r0, %r1;", 0xF0F0ul, 0ul, 0ul, 8ul)]
    [TestCase("popc.b64 %r0, %rd1;", ulong.MaxValue, 0ul, 0ul, 64ul)]
    [TestCase("clz.b32 %r0, %r1;", 1ul, 0ul, 0ul, 31ul)]
    [TestCase("clz.b64 %r0, %rd1;", 0ul, 0ul, 0ul, 64ul)]
    [TestCase("bfind.u32 %r0, %r1;", 0x80ul, 0ul, 0ul, 7ul)]
    [TestCase("bfind.u32 %r0, %r1;", 0ul, 0ul, 0ul, 0xFFFFFFFFul)]
    [TestCase("bfind.s32 %r0, %r1;", 0xFFFFFFF0ul, 0ul, 0ul, 3ul)]
    [TestCase("brev.b32 %r0, %r1;", 1ul, 0ul, 0ul, 0x80000000ul)]
    [TestCase("brev.b64 %rd0, %rd1;", 2ul, 0ul, 0ul, 0x4000000000000000ul)]
    [TestCase("bfe.u32 %r0, %r1, 8, 8;", 0x12345678ul, 0ul, 0ul, 0x56ul)]
    [TestCase("bfe.s32 %r0, %r1, 4, 4;", 0x80ul, 0ul, 0ul, 0xFFFFFFF8ul)]
    [TestCase("bfe.s32 %r0, %r1, 28, 8;", 0x80000000ul, 0ul, 0ul, 0xFFFFFFF8ul)]
    [TestCase("bfi.b32 %r0, %r1, %r2, 8, 4;", 0xFFul, 0ul, 0ul, 0xF00ul)]
    [TestCase("bfi.b64 %rd0, %rd1, %rd2, 60, 16;", 0xFFul, 0ul, 0ul, 0xF000000000000000ul)]
    [TestCase("prmt.b32 %r0, %r1, %r2, 0x5410;", 0x11223344ul, 0x55667788ul, 0ul, 0x77883344ul)]
    [TestCase("prmt.b32 %r0, %r1, %r2, 0x0009;", 0x0000F000ul, 0ul, 0ul, 0x000000FFul)]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, 0x96;", 0b1100ul, 0b1010ul, 0b1001ul, 0b1111ul)]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, 0x80;", 0b1101ul, 0b1011ul, 0b1001ul, 0b1001ul)]
    [TestCase("shf.l.wrap.b32 %r0, %r1, %r2, 8;", 0x11223344ul, 0x55667788ul, 0ul, 0x66778811ul)]
    [TestCase("shf.r.wrap.b32 %r0, %r1, %r1, 8;", 0x11223344ul, 0ul, 0ul, 0x44112233ul)]
    [TestCase("shf.r.clamp.b32 %r0, %r1, %r2, 40;", 0x11223344ul, 0x55667788ul, 0ul, 0x55667788ul)]
    [TestCase("shl.b32 %r0, %r1, %r2;", 1ul, 32ul, 0ul, 0ul)]
    [TestCase("shl.b64 %rd0, %rd1, 40;", 1ul, 0ul, 0ul, 1ul << 40)]
    [TestCase("shr.s32 %r0, %r1, %r2;", 0x80000000ul, 99ul, 0ul, 0xFFFFFFFFul)]
    [TestCase("shr.u32 %r0, %r1, %r2;", 0x80000000ul, 31ul, 0ul, 1ul)]
    [TestCase("shr.u64 %rd0, %rd1, %r2;", ulong.MaxValue, 64ul, 0ul, 0ul)]
    [TestCase("shr.s16 %h0, %h1, 4;", 0x8000ul, 0ul, 0ul, 0xF800ul)]
    [TestCase("and.b32 %r0, %r1, 0xFF;", 0x1234ul, 0ul, 0ul, 0x34ul)]
    [TestCase("or.b64 %rd0, %rd1, %rd2;", 1ul, 2ul, 0ul, 3ul)]
    [TestCase("xor.b32 %r0, %r1, -1;", 0x0F0F0F0Ful, 0ul, 0ul, 0xF0F0F0F0ul)]
    [TestCase("not.b64 %rd0, %rd1;", 0ul, 0ul, 0ul, ulong.MaxValue)]
    [TestCase("selp.b32 %r0, %r1, %r2, 1;", 3ul, 4ul, 0ul, 3ul)]
    [TestCase("slct.b32.s32 %r0, %r1, %r2, %r3;", 3ul, 4ul, 0xFFFFFFFFul, 4ul)]
    [TestCase("mov.b32 %r0, {%h1, %h2};", 0x1111ul, 0x2222ul, 0ul, 0x22221111ul)]
    [TestCase("mov.b64 %rd0, {%r1, %r2};", 1ul, 2ul, 0ul, 0x200000001ul)]
    [TestCase("mov.b64 {%r5, %r0}, %rd1;", 0x700000003ul, 0ul, 0ul, 7ul)]
    [TestCase("mov.b32 {%h0, _}, %r1;", 0x70005ul, 0ul, 0ul, 5ul)]
    [TestCase("{ .reg .u64 %rd1; mov.u64 %rd1, 9; mov.u64 %rd0, %rd1; }", 1ul, 0ul, 0ul, 9ul)]
    public void Integers_are_as_the_isa_has_them(string instruction, ulong a, ulong b, ulong c, ulong expected) =>
        Assert.That(MachineText.Result(instruction, a, b, c), Is.EqualTo(expected));

    [TestCase("setp.lt.s32 %p0, %r1, %r2;", 0xFFFFFFFFul, 1ul, 1ul)]
    [TestCase("setp.lt.u32 %p0, %r1, %r2;", 0xFFFFFFFFul, 1ul, 0ul)]
    [TestCase("setp.lo.u32 %p0, %r1, %r2;", 0ul, 1ul, 1ul)]
    [TestCase("setp.ge.s64 %p0, %rd1, %rd2;", ulong.MaxValue, 0ul, 0ul)]
    [TestCase("setp.hs.u64 %p0, %rd1, %rd2;", ulong.MaxValue, 0ul, 1ul)]
    [TestCase("setp.ne.b16 %p0, %h1, %h2;", 0x10001ul, 1ul, 0ul)]
    [TestCase("setp.gt.s16 %p0, %h1, %h2;", 0x8000ul, 0ul, 0ul)]
    [TestCase("setp.eq.s32 %p1|%p0, %r1, %r2;", 1ul, 1ul, 0ul)]
    [TestCase("setp.eq.and.s32 %p0, %r1, %r2, !0;", 1ul, 1ul, 1ul)]
    [TestCase("mov.pred %p2, 1; setp.eq.and.s32 %p0, %r1, %r2, !%p2;", 1ul, 1ul, 0ul)]
    [TestCase("mov.pred %p2, 1; setp.eq.xor.s32 %p0, %r1, %r2, %p2;", 1ul, 1ul, 0ul)]
    [TestCase("set.gt.u32.s32 %r0, %r1, %r2;", 2ul, 1ul, 0xFFFFFFFFul)]
    [TestCase("set.gt.f32.s32 %f0, %r1, %r2;", 2ul, 1ul, 0x3F800000ul)]
    [TestCase("mov.pred %p1, 0; mov.pred %p2, 1; or.pred %p0, %p1, %p2;", 0ul, 0ul, 1ul)]
    [TestCase("mov.pred %p1, -1; not.pred %p0, %p1;", 0ul, 0ul, 0ul)]
    public void Integers_compare_and_combine_with_predicates(string instruction, ulong a, ulong b, ulong expected)
    {
        if (instruction.Contains("!0"))
            Assert.That(() => MachineText.Result(instruction, a, b), Throws.TypeOf<PtxException>(), "a constant has no complement");
        else
            Assert.That(MachineText.Result(instruction, a, b), Is.EqualTo(expected));
    }

    [Test]
    public void Comparisons_of_floats_know_NaN()
    {
        float[] values = [float.NaN, -1, 0, -0f, 1, float.PositiveInfinity];
        foreach (float a in values)
        {
            foreach (float b in values)
            {
                bool nan = float.IsNaN(a) || float.IsNaN(b);
                (string Name, bool Holds)[] all =
                [
                    ("eq", a == b), ("ne", a != b && !nan), ("lt", a < b), ("le", a <= b), ("gt", a > b), ("ge", a >= b),
                    ("equ", a == b || nan), ("neu", a != b), ("ltu", !(a >= b)), ("leu", !(a > b)), ("gtu", !(a <= b)), ("geu", !(a < b)),
                    ("num", !nan), ("nan", nan),
                ];
                foreach ((string name, bool holds) in all)
                {
                    Assert.That(MachineText.Result($"setp.{name}.f32 %p0, %f1, %f2;", F(a), F(b)), Is.EqualTo(holds ? 1 : 0),
                        $"{a} {name} {b}");
                    if (float.IsNaN(a) || float.IsNaN(b))
                        Assert.That(MachineText.Result($"setp.{name}.f64 %p0, %fd1, %fd2;", D(a), D(b)), Is.EqualTo(holds ? 1 : 0),
                            $"{a} {name} {b} in double");
                }
            }
        }
    }

    [Test]
    public void Floats_are_IEEE_and_a_single_NaN_is_canonical()
    {
        Random random = new(4);
        for (int i = 0; i < 40; i++)
        {
            float a = BitConverter.UInt32BitsToSingle((uint)random.NextInt64());
            float b = BitConverter.UInt32BitsToSingle((uint)random.NextInt64());
            float c = BitConverter.UInt32BitsToSingle((uint)random.NextInt64());
            Check("add.f32 %f0, %f1, %f2;", a + b);
            Check("sub.rn.f32 %f0, %f1, %f2;", a - b);
            Check("mul.f32 %f0, %f1, %f2;", a * b);
            Check("div.rn.f32 %f0, %f1, %f2;", a / b);
            Check("rcp.rn.f32 %f0, %f1;", 1 / a);
            Check("sqrt.rn.f32 %f0, %f1;", MathF.Sqrt(a));
            Check("fma.rn.f32 %f0, %f1, %f2, %f3;", MathF.FusedMultiplyAdd(a, b, c));
            void Check(string instruction, float expected) =>
                Assert.That(MachineText.Result(instruction, F(a), F(b), F(c)),
                    Is.EqualTo(float.IsNaN(expected) ? 0x7FFFFFFF : F(expected)), $"{instruction} {a:R} {b:R} {c:R}");
        }
        Assert.That(MachineText.Result("div.rn.f32 %f0, %f1, %f2;", 0, 0), Is.EqualTo(0x7FFFFFFF));
        Assert.That(MachineText.Result("fma.rn.f64 %fd0, %fd1, %fd2, %fd3;", D(1 + 1e-15), D(1 - 1e-15), D(-1)),
            Is.EqualTo(D(Math.FusedMultiplyAdd(1 + 1e-15, 1 - 1e-15, -1))));
        Assert.That(MachineText.Result("div.rn.f64 %fd0, %fd1, %fd2;", D(1), D(3)), Is.EqualTo(D(1.0 / 3)));
    }

    [TestCase("min.f32 %f0, %f1, %f2;", float.NaN, 2f, 2f)]
    [TestCase("max.f32 %f0, %f1, %f2;", 2f, float.NaN, 2f)]
    [TestCase("min.f32 %f0, %f1, %f2;", 0f, -0f, -0f)]
    [TestCase("max.f32 %f0, %f1, %f2;", -0f, 0f, 0f)]
    [TestCase("min.NaN.f32 %f0, %f1, %f2;", float.NaN, 2f, float.NaN)]
    [TestCase("max.f32 %f0, %f1, %f2;", float.NaN, float.NaN, float.NaN)]
    [TestCase("abs.f32 %f0, %f1;", -3f, 0f, 3f)]
    [TestCase("neg.f32 %f0, %f1;", 0f, 0f, -0f)]
    [TestCase("copysign.f32 %f0, %f1, %f2;", -1f, 5f, -5f)]
    [TestCase("mov.f32 %f0, 0f40490FDB;", 0f, 0f, 3.14159274f)]
    [TestCase("mov.f32 %f0, 0.1;", 0f, 0f, 0.1f)]
    [TestCase("mov.f32 %f0, -2.5e-3;", 0f, 0f, -2.5e-3f)]
    [TestCase("mov.b32 %f0, 0x3F800000;", 0f, 0f, 1f)]
    [TestCase("cvt.rni.f32.f32 %f0, %f1;", 2.5f, 0f, 2f)]
    [TestCase("cvt.rmi.f32.f32 %f0, %f1;", -0.5f, 0f, -1f)]
    [TestCase("cvt.rpi.f32.f32 %f0, %f1;", -0.5f, 0f, -0f)]
    [TestCase("cvt.sat.f32.f32 %f0, %f1;", 1.5f, 0f, 1f)]
    [TestCase("cvt.sat.f32.f32 %f0, %f1;", float.NaN, 0f, 0f)]
    public void Minima_signs_literals_and_roundings_of_singles_are_right(string instruction, float a, float b, float expected) =>
        Assert.That(MachineText.Result(instruction, F(a), F(b)), Is.EqualTo(float.IsNaN(expected) ? 0x7FFFFFFF : F(expected)));

    [TestCase("cvt.s64.s32 %rd0, %r1;", 0xFFFFFFFFul, ulong.MaxValue)]
    [TestCase("cvt.u64.u32 %rd0, %r1;", 0xFFFFFFFFul, 0xFFFFFFFFul)]
    [TestCase("cvt.u32.u64 %r0, %rd1;", 0x1234567890ul, 0x34567890ul)]
    [TestCase("cvt.s32.s8 %r0, %r1;", 0x180ul, 0xFFFFFF80ul)]
    [TestCase("cvt.u32.u8 %r0, %r1;", 0x180ul, 0x80ul)]
    [TestCase("cvt.s16.s32 %r0, %r1;", 0x18000ul, 0xFFFF8000ul)]
    [TestCase("cvt.u8.u32 %r0, %r1;", 0x1FFul, 0xFFul)]
    [TestCase("cvt.sat.u8.s32 %r0, %r1;", 0xFFFFFFFFul, 0ul)]
    [TestCase("cvt.sat.s8.s32 %r0, %r1;", 300ul, 127ul)]
    [TestCase("cvt.sat.s16.s32 %rd0, %r1;", 0xFFFF0000ul, 0xFFFFFFFFFFFF8000ul)]
    [TestCase("cvt.u64.u32 %rd0, %tid.x;", 0ul, 0ul)]
    public void Integers_convert(string instruction, ulong a, ulong expected) =>
        Assert.That(MachineText.Result(instruction, a), Is.EqualTo(expected));

    [TestCase("cvt.rzi.s32.f32 %r0, %f1;", -2.7f, 0xFFFFFFFEul)]
    [TestCase("cvt.rni.s32.f32 %r0, %f1;", 2.5f, 2ul)]
    [TestCase("cvt.rpi.u32.f32 %r0, %f1;", 2.1f, 3ul)]
    [TestCase("cvt.rmi.s32.f32 %r0, %f1;", -2.1f, 0xFFFFFFFDul)]
    [TestCase("cvt.rzi.s32.f32 %r0, %f1;", 3e9f, 0x7FFFFFFFul)]
    [TestCase("cvt.rzi.u32.f32 %r0, %f1;", -3f, 0ul)]
    [TestCase("cvt.rzi.s32.f32 %r0, %f1;", float.NaN, 0ul)]
    [TestCase("cvt.rzi.s64.f32 %rd0, %f1;", float.NaN, 0x8000000000000000ul)]
    [TestCase("cvt.rzi.u64.f32 %rd0, %f1;", float.PositiveInfinity, ulong.MaxValue)]
    [TestCase("cvt.rzi.u8.f32 %r0, %f1;", 300f, 255ul)]
    [TestCase("cvt.rn.f16.f32 %h0, %f1;", 65504f, 0x7BFFul)]
    [TestCase("cvt.rn.f16.f32 %h0, %f1;", 1e6f, 0x7C00ul)]
    [TestCase("cvt.rz.f16.f32 %h0, %f1;", 65535f, 0x7BFFul)]
    [TestCase("cvt.rn.bf16.f32 %h0, %f1;", 1.00390625f, 0x3F80ul)]
    [TestCase("cvt.rn.bf16.f32 %h0, %f1;", 1.01171875f, 0x3F82ul)]
    [TestCase("cvt.rz.bf16.f32 %h0, %f1;", 1.01171875f, 0x3F81ul)]
    [TestCase("cvt.rn.relu.bf16.f32 %h0, %f1;", -1f, 0ul)]
    [TestCase("cvt.rn.bf16x2.f32 %r0, %f1, %f2;", 1f, 0x3F800000ul)]
    [TestCase("cvt.rn.f16x2.f32 %r0, %f2, %f1;", 1f, 0x3C00ul)]
    [TestCase("cvt.rna.tf32.f32 %r0, %f1;", 1.00048828125f, 0x3F802000ul)]
    [TestCase("cvt.rn.tf32.f32 %r0, %f1;", 1.00048828125f, 0x3F800000ul)]
    [TestCase("cvt.f64.f32 %fd0, %f1;", 0.1f, 0x3FB99999A0000000ul)]
    public void Singles_convert(string instruction, float a, ulong expected) =>
        Assert.That(MachineText.Result(instruction, F(a)), Is.EqualTo(expected));

    [TestCase("cvt.rn.f32.f64 %f0, %fd1;", 0.1, 0x3DCCCCCDul)]
    [TestCase("cvt.rzi.s32.f64 %r0, %fd1;", double.NaN, 0x80000000ul)]
    [TestCase("cvt.rzi.s64.f64 %rd0, %fd1;", -1e300, 0x8000000000000000ul)]
    [TestCase("cvt.rni.f64.f64 %fd0, %fd1;", 3.5, 0x4010000000000000ul)]
    public void Doubles_convert(string instruction, double a, ulong expected) =>
        Assert.That(MachineText.Result(instruction, D(a)), Is.EqualTo(expected));

    [Test]
    public void Integers_round_to_the_nearest_float_once()
    {
        Assert.Multiple(() =>
        {
            Assert.That(MachineText.Result("cvt.rn.f32.s32 %f0, %r1;", 16777217), Is.EqualTo(F(16777216)));
            Assert.That(MachineText.Result("cvt.rn.f32.u32 %f0, %r1;", 0xFFFFFFFF), Is.EqualTo(F(4294967296f)));
            Assert.That(MachineText.Result("cvt.rn.f32.s64 %f0, %rd1;", unchecked((ulong)-5L)), Is.EqualTo(F(-5)));
            Assert.That(MachineText.Result("cvt.rn.f32.u64 %f0, %rd1;", 0x8000008000000001), Is.EqualTo(F(9.223373e18f)),
                "just above a tie: up, and not to even by way of double");
            Assert.That(MachineText.Result("cvt.rn.f32.u64 %f0, %rd1;", 0x8000008000000000), Is.EqualTo(F(9.223372e18f)), "a tie: to even");
            Assert.That(MachineText.Result("cvt.rn.f64.u64 %fd0, %rd1;", ulong.MaxValue), Is.EqualTo(D(18446744073709551616.0)));
            Assert.That(MachineText.Result("cvt.rn.f64.s32 %fd0, %r1;", 0xFFFFFFFF), Is.EqualTo(D(-1)));
        });
    }

    [TestCase("cvt.f32.f16 %f0, %h1;", 0x3C01ul, 0x3F802000ul)]
    [TestCase("cvt.f32.bf16 %f0, %h1;", 0x3F81ul, 0x3F810000ul)]
    public void Halves_widen(string instruction, ulong a, ulong expected) =>
        Assert.That(MachineText.Result(instruction, a), Is.EqualTo(expected));

    [Test]
    public void Approximations_run_only_by_leave()
    {
        PtxFault fault = Assert.Throws<PtxFault>(() => MachineText.Result("ex2.approx.f32 %f0, %f1;", F(3)))!;
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.Approximate));
        Assert.That(MachineText.Result("ex2.approx.f32 %f0, %f1;", F(3), approximate: true), Is.EqualTo(F(8)));
        Assert.That(MachineText.Result("rsqrt.approx.f32 %f0, %f1;", F(4), approximate: true), Is.EqualTo(F(0.5f)));
    }
}
