using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>
/// Text that is no PTX, or PTX that the module's version and target do not have: each is refused, with its line and a reason.
/// </summary>
internal sealed class MachineRefusalTests
{
    [TestCase("add.u32 %r0, %r1, %rd1;", ".b64; .u32 is expected")]
    [TestCase("add.f32 %f0, %f1, %fd1;", ".f64; .f32 is expected")]
    [TestCase("add.s32 %r0, %f1, 1;", ".f32; .s32 is expected")]
    [TestCase("add.u32 %p0, %r1, %r2;", ".pred; .u32 is expected")]
    [TestCase("add.u32 5, %r1, %r2;", "cannot stand where .u32 is expected")]
    [TestCase("add.u32 %r0, %r1;", "takes 3 operands, not 2")]
    [TestCase("add.u32 %r0, %r1, %r2, %r3;", "takes 3 operands, not 4")]
    [TestCase("add.u32 %r0, %r1, %p1;", ".pred; .u32 is expected")]
    [TestCase("add.u32 %r0, %r1, 4294967296;", "does not fit .u32")]
    [TestCase("add.u32 %r0, %r1, 0f3F800000;", "cannot stand where .u32 is expected")]
    [TestCase("add.f32 %f0, %f1, 1;", "cannot stand where .f32 is expected")]
    [TestCase("add.f32 %f0, %f1, 0d3FF0000000000000;", "cannot stand where .f32 is expected")]
    [TestCase("add.u32 %r0, %r1, %tid.x;", "can only be read, by mov or cvt")]
    [TestCase("mov.u64 %rd0, %tid.x;", "can only be read, by mov or cvt")]
    [TestCase("mov.u32 %r0, %clock;", "does not know")]
    [TestCase("add.u32 %r0, %r1, %r99;", "not declared")]
    [TestCase("add.u32 %r0, %r1, !%p1;", "cannot be negated")]
    [TestCase("add.b32 %r0, %r1, %r2;", "no form of add")]
    [TestCase("add.u32.sat %r0, %r1, %r2;", "no form of add")]
    [TestCase("frobnicate.u32 %r0, %r1;", "no instruction")]
    [TestCase("fma.f32 %f0, %f1, %f2, %f3;", "no form of fma")]
    [TestCase("div.f32 %f0, %f1, %f2;", "no form of div")]
    [TestCase("sqrt.f32 %f0, %f1;", "no form of sqrt")]
    [TestCase("mul.u32 %r0, %r1, %r2;", "no form of mul")]
    [TestCase("mul.wide.u32 %r0, %r1, %r2;", ".b32; .u64 is expected")]
    [TestCase("cvt.f32.s32 %f0, %r1;", "no form of cvt")]
    [TestCase("cvt.s32.f32 %r0, %f1;", "no form of cvt")]
    [TestCase("cvt.f32.f64 %f0, %fd1;", "no form of cvt")]
    [TestCase("cvt.rn.f64.f32 %fd0, %f1;", "no form of cvt")]
    [TestCase("cvt.u64.u32 %r0, %r1;", ".b32; .u64 is expected")]
    [TestCase("cvt.rn.f32.s32 %rd0, %r1;", ".b64; .f32 is expected")]
    [TestCase("cvt.sat.u64.u32 %rd0, %r1;", ".sat is illegal")]
    [TestCase("setp.lo.s32 %p0, %r1, %r2;", "no form of setp")]
    [TestCase("setp.lt.b32 %p0, %r1, %r2;", "no form of setp")]
    [TestCase("setp.equ.s32 %p0, %r1, %r2;", "no form of setp")]
    [TestCase("setp.eq.s32 %r0, %r1, %r2;", ".b32; .pred is expected")]
    [TestCase("selp.b32 %r0, %r1, %r2, %r3;", ".b32; .pred is expected")]
    [TestCase("ld.u16 %h0, [%h1];", "addresses have 64 bits")]
    [TestCase("ld.global.u32 %r0, [%r1];", "addresses have 64 bits")]
    [TestCase("ld.global.u32 %r0, %rd1;", "needs brackets")]
    [TestCase("ld.global.u64 %r0, [%rd1];", ".b32; .u64 is expected")]
    [TestCase("ld.global.f32 %r0, [%rd1+4294967296];", "no offset")]
    [TestCase("ld.global.s8 %f0, [%rd1];", ".f32; .s8 is expected")]
    [TestCase("ld.global.f32 %rd0, [%fd1];", "addresses have 64 bits")]
    [TestCase("ld.global.v4.f32 {%f0, %f1}, [%rd1];", "a vector of 4")]
    [TestCase("ld.global.v4.f64 {%fd0, %fd1, %fd2, %fd3}, [%rd1];", "at most 128 bits")]
    [TestCase("ld.global.v2.f32 {%f0, %f0}, [%rd1];", "writes one register twice")]
    [TestCase("ld.global.v2.f32 %f0, [%rd1];", "a vector of 2")]
    [TestCase("ld.shared.nc.u32 %r0, [%r1];", "no form of ld")]
    [TestCase("st.param.u32 [a], %r0;", "cannot be written")]
    [TestCase("ld.param.u32 %r0, [a+4];", "4 bytes at 4 of parameter 'a'")]
    [TestCase("ld.param.u32 %r0, [%rd1];", "addressed by its name")]
    [TestCase("ld.global.u32 %r0, [a];", "lies in Param memory, not Global")]
    [TestCase("mov.u64 %rd0, a;", "cannot be taken")]
    [TestCase("ld.local.u32 %r0, [s];", "lies in Shared memory, not Local")]
    [TestCase("st.shared.u32 [s+16], %r0;", "which has 16 bytes")]
    [TestCase("st.shared.u32 [s+2], %r0;", "which has 16 bytes")]
    [TestCase("atom.global.add.b32 %r0, [%rd1], 1;", "no form of atom")]
    [TestCase("atom.local.add.u32 %r0, [l], 1;", "no form of atom")]
    [TestCase("red.global.exch.b32 [%rd1], 1;", "no form of red")]
    [TestCase("bra nowhere;", "not declared")]
    [TestCase("bra %r0;", "no label")]
    [TestCase("bra inner; { inner: mov.u32 %r0, 0; }", "not declared")]
    [TestCase("{ .reg .b32 x; mov.u32 x, 0; } mov.u32 x, 1;", "not declared")]
    [TestCase("mov.u32 late, 0; .reg .b32 late;", "used before its declaration")]
    [TestCase("@%r0 mov.u32 %r1, 0;", "no predicate")]
    [TestCase("@%p9 mov.u32 %r1, 0;", "not declared")]
    [TestCase(".reg .b32 %r3;", "declared twice")]
    [TestCase(".reg .b32 %r<4>;", "declared twice")]
    [TestCase(".reg .bf16 x;", "registers of bits")]
    [TestCase(".reg .b32 %tid;", "no name")]
    [TestCase("x: mov.u32 %r0, 0; x: mov.u32 %r0, 1;", "declared twice")]
    [TestCase(".shared .align 4 .b8 s[4];", "declared twice")]
    [TestCase(".shared .align 3 .b8 t[4];", "no power of two")]
    [TestCase("mov.u32 %r0, 08;", "no number")]
    [TestCase("mov.u32 %r0, 1", "';' is missing")]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, 256;", "8 bits")]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, %r4;", "where a constant is expected")]
    [TestCase("shl.b32 %r0, %r1, %rd2;", ".b64; .u32 is expected")]
    [TestCase("cp.async.cg.shared.global [s], [%rd1], 8;", "copies 16 bytes")]
    [TestCase("cp.async.ca.shared.global [s], [%rd1], 12;", "copies 4, 8 or 16 bytes")]
    [TestCase("shfl.b32 %r0, %r1, 0, 31;", "no form of shfl")]
    [TestCase("ex2.f32 %f0, %f1;", "no form of ex2")]
    [TestCase("add.ftz.f32 %f0, %f1, %f2;", "no form of add")]
    [TestCase("mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3}, {%f4,%f5}, {%r0}, {%f0,%f1,%f2,%f3};",
        ".f32; .b32 is expected")]
    [TestCase("redux.sync.or.b32 %r0, %f1, -1;", ".f32; .b32 is expected")]
    [TestCase("bar.sync 16;", "0 to 15")]
    [TestCase("bar.sync 0, 48;", "no multiple of the warp size")]
    [TestCase("bfe.u32 %r0, %r1, 256, 1;", "0 to 255")]
    [TestCase("ld.global.u32 %r0, [8];", "only local memory")]
    [TestCase("ld.shared.L1::evict_first.u32 %r0, [s];", "no form of ld")]
    [TestCase("ld.global.ca.L1::evict_first.u32 %r0, [%rd1];", "no form of ld")]
    [TestCase("cp.async.ca.shared.global [s], [%rd1], 4, 5;", "a src-size of 5")]
    [TestCase("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r0}, [%r1];", "a vector of 2")]
    public void An_instruction_that_is_none_is_refused(string code, string reason)
    {
        const string declared = ".shared .align 4 .b8 s[16]; .local .align 4 .b8 l[4];\n";
        PtxException refusal = MachineText.Refusal(declared + code, ".param .u32 a");
        Assert.That(refusal.Message, Does.Contain(reason));
        if (!code.EndsWith('1'))
            Assert.That(refusal.Line, Is.EqualTo(MachineText.LineOf(MachineText.Module(declared + code, ".param .u32 a"), code)));
    }

    [TestCase("shfl.sync.idx.b32 %r0, %r1, 0, 31, -1;", "5.0", 50, "6.0", 50)]
    [TestCase("bar.warp.sync -1;", "5.0", 50, "6.0", 50)]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, 1;", "4.2", 50, "4.3", 50)]
    [TestCase("lop3.b32 %r0, %r1, %r2, %r3, 1;", "5.0", 37, "5.0", 50)]
    [TestCase("ld.global.nc.f32 %f0, [%rd1];", "3.0", 30, "4.0", 35)]
    [TestCase("redux.sync.add.u32 %r0, %r1, -1;", "7.0", 75, "7.0", 80)]
    [TestCase("cvt.rn.bf16.f32 %h0, %f1;", "7.0", 75, "7.0", 80)]
    [TestCase("cvt.f32.bf16 %f0, %h1;", "7.0", 80, "7.1", 80)]
    [TestCase("cvt.rna.tf32.f32 %r0, %f1;", "6.5", 75, "7.0", 80)]
    [TestCase("cp.async.wait_all;", "7.0", 75, "7.0", 80)]
    [TestCase("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r1];", "6.5", 70, "6.5", 75)]
    [TestCase("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};",
        "7.0", 75, "7.0", 80)]
    [TestCase("atom.global.add.f64 %fd0, [%rd1], %fd1;", "5.0", 50, "5.0", 60)]
    [TestCase("atom.cta.global.add.u32 %r0, [%rd1], 1;", "4.0", 50, "5.0", 60)]
    [TestCase("atom.relaxed.gpu.global.add.u32 %r0, [%rd1], 1;", "6.0", 60, "6.0", 70)]
    [TestCase("fence.sc.gpu;", "6.0", 60, "6.0", 70)]
    [TestCase("ld.global.L1::no_allocate.f32 %f0, [%rd1];", "7.3", 80, "7.4", 80)]
    [TestCase("ld.shared::cta.f32 %f0, [%r1];", "7.7", 80, "7.8", 80)]
    [TestCase("max.NaN.f32 %f0, %f1, %f2;", "7.0", 75, "7.0", 80)]
    [TestCase("activemask.b32 %r0;", "6.1", 70, "6.2", 70)]
    [TestCase("shf.l.wrap.b32 %r0, %r1, %r2, 3;", "3.1", 30, "4.0", 32)]
    public void What_the_version_or_target_does_not_have_is_refused(string code, string version, int target, string since, int least)
    {
        PtxException refusal = MachineText.Refusal(code, version: version, target: target);
        Assert.That(refusal.Message, Does.Contain("needs ."));
        Assert.That(() => PtxModule.Parse(MachineText.Module(code, version: since, target: least)), Throws.Nothing);
    }

    [TestCase(".target sm_50\n.address_size 64\n", "'.version' is expected")]
    [TestCase(".version 99.0\n.target sm_50\n.address_size 64\n", "no ISA version")]
    [TestCase(".version 5.0\n.target sm_80\n.address_size 64\n", "needs .version 7.0")]
    [TestCase(".version 5.0\n.target sm_51\n.address_size 64\n", "no target")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 32\n", "knows 64 only")]
    [TestCase(".version 5.0\n.target sm_50\n", "'.address_size' is expected")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.global .u32 g;", "at the top of a module")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { }", "is empty")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { ret; } .visible .entry k() { ret; }", "declared twice")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { .reg .b32 %r<2>; mov.u32 %r0, 1; }", "run off its end")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { .reg .pred p; setp.eq.u32 p, 1, 1; @p ret; }",
        "run off its end")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { ret; end: }", "a label stands before the end")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { ret;", "an instruction is expected")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k(.param .u64 a, .param .u32 a) { ret; }", "declared twice")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k(.param .b8 a[9999]) { ret; }", "a kernel takes 4352")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() .reqntid 2048 { ret; }", "1 to 1024 threads")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() .minnctapersm 2 { ret; }", "ignored without")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() .reqntid 512 .minnctapersm 5 { ret; }", "they have 2560")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry k() { ret; } /* no end", "comment without its end")]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n// caf\u00e9\n.visible .entry k() { ret; }", null)]
    [TestCase(".version 5.0\n.target sm_50\n.address_size 64\n.visible .entry caf\u00e9() { ret; }", "not ASCII")]
    public void A_module_that_is_none_is_refused(string text, string? reason)
    {
        if (reason is null)
            Assert.That(() => PtxModule.Parse(text), Throws.Nothing);
        else
            Assert.That(Assert.Throws<PtxException>(() => PtxModule.Parse(text))!.Message, Does.Contain(reason));
    }

    [Test]
    public void All_that_may_stand_in_a_module_is_read()
    {
        PtxModule module = PtxModule.Parse("""
            // a comment
            .version 7.8
            .target sm_90a, debug
            .address_size 64 /* and
            another */
            .extern .shared .align 16 .b8 dyn[];
            .shared .align 8 .f64 fixed[4];
            .visible .entry first(.param .u64 .ptr .global .align 16 a, .param .f32 b)
            .maxntid 128
            .minnctapersm 2
            {
                .reg .pred p; .reg .u64 %rd<2>; .reg .b32 $x, _y;
                .pragma "nounroll";
                .loc 1 2 3
                ld.param.u64 %rd0, [a];
                mov.u32 $x, fixed+8;
                mov.u32 _y, dyn;
                bra.uni $L_1;
            $L_1:
                setp.eq.u32 p, $x, 0x10U;
                @p bra $L_1;
                ret;
            }
            .entry second() { exit; }
            .file 1 "second.cs"
            .section.debug_info { }
            """);
        Assert.That(module.Entries.Select(entry => (entry.Name, entry.StaticSharedBytes)),
            Is.EqualTo(new[] { ("first", 32), ("second", 0) }));
        Assert.That((module.Version, module.Target), Is.EqualTo((new Version(7, 8), 90)));
        Assert.That(() => module.Entry("third"), Throws.TypeOf<KeyNotFoundException>());
    }
}
