using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Functions, calls and their .param variables.</summary>
internal sealed class MachineCallTests
{
    /// <summary>Doubles the low word of a pair and adds the high one.</summary>
    private const string Mix = """
        .visible .func (.param .b32 result) mix(.param .align 8 .b8 pair[8])
        {
            .reg .b32 %r<4>;
            ld.param.b32 %r1, [pair];
            ld.param.b32 %r2, [pair+4];
            shl.b32 %r1, %r1, 1;
            add.u32 %r3, %r1, %r2;
            st.param.b32 [result], %r3;
            ret;
        }
        """;

    private static string CallMix(string low, string high, string result) => $$"""
        {
        .param .align 8 .b8 callParam0[8];
        st.param.b32 [callParam0], {{low}};
        st.param.b32 [callParam0+4], {{high}};
        .param .b32 callRetVal;
        call.uni (callRetVal), mix, (callParam0);
        ld.param.b32 {{result}}, [callRetVal];
        }
        """;

    [Test]
    public void A_call_passes_bytes_and_gives_a_result()
    {
        uint[] result = MachineText.Threads(CallMix("%r9", "100", "%r1") + CallMix("%r1", "%r9", "%r0"), top: Mix);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)(2 * (2 * i + 100) + i))));
    }

    [Test]
    public void Functions_call_others_that_stand_behind_them()
    {
        string outer = $$"""
            .func (.param .b32 result) mix(.param .align 8 .b8 pair[8]);
            .func (.param .b32 result) outer(.param .b32 a)
            {
                .reg .b32 %r<4>;
                ld.param.b32 %r1, [a];
                {{CallMix("%r1", "1", "%r2")}}
                st.param.b32 [result], %r2;
                ret;
            }
            """;
        uint[] result = MachineText.Threads("""
            .param .b32 a;
            .param .b32 b;
            st.param.b32 [a], %r9;
            call (b), outer, (a);
            ld.param.b32 %r0, [b];
            """, top: outer + Mix);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)((2 * i) + 1))));
    }

    [Test]
    public void Lanes_return_where_they_will_and_meet_behind_the_call()
    {
        const string clamp = """
            .func (.param .b32 result) clamp(.param .b32 value)
            {
                .reg .b32 %r1; .reg .pred %p1;
                ld.param.b32 %r1, [value];
                st.param.b32 [result], %r1;
                setp.lt.u32 %p1, %r1, 10;
                @%p1 ret;
                st.param.b32 [result], 10;
                ret;
            }
            """;
        uint[] result = MachineText.Threads("""
            .param .b32 a;
            .param .b32 b;
            st.param.b32 [a], %r9;
            call (b), clamp, (a);
            bar.sync 0;
            ld.param.b32 %r0, [b];
            """, top: clamp);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 32).Select(i => (uint)Math.Min(i, 10))));
    }

    [Test]
    public void A_function_without_parameters_writes_memory()
    {
        uint[] result = MachineText.Threads("""
            setp.ne.u32 %p1, %r9, 3;
            @%p1 bra there;
            call mark;
            there:
            bar.sync 0;
            ld.shared.u32 %r0, [cell];
            """, top: """
            .shared .align 4 .b8 cell[4];
            .func mark() { st.shared.u32 [cell], 7; ret; }
            """);
        Assert.That(result, Is.All.EqualTo(7));
    }

    [Test]
    public void A_result_that_was_not_written_is_found()
    {
        PtxFault fault = MachineText.Fault("""
            .param .b32 b;
            call (b), none;
            ld.param.b32 %r0, [b];
            """, top: ".func (.param .b32 result) none() { ret; }");
        Assert.That(fault.Kind, Is.EqualTo(PtxFaultKind.Uninitialized));
    }

    [TestCase("call (b), mix, (b);", "'b' has 4 bytes")]
    [TestCase("call (b), mix, (b, b);", "2 variables stand in the call where the function has 1")]
    [TestCase("call (b), mix;", "0 variables stand in the call")]
    [TestCase("call (b), mix, (%r1);", "no .param variable")]
    [TestCase("call other;", "no function of this module")]
    [TestCase("call declared;", "no function of this module with a body")]
    [TestCase("ld.param.u64 %rd0, [b];", "8 bytes at 0 of 'b', which has 4")]
    [TestCase("st.param.u32 [b+4], 1;", "4 bytes at 4 of 'b', which has 4")]
    [TestCase("ld.local.u32 %r0, [b];", "lies in Call memory, not Local")]
    [TestCase("mov.u64 %rd0, b;", "cannot be taken")]
    public void A_call_that_is_none_is_refused(string code, string reason)
    {
        PtxException refusal = MachineText.Refusal(".param .b32 b;\n" + code, top: Mix + ".func declared();");
        Assert.That(refusal.Message, Does.Contain(reason));
    }

    [TestCase(".func f() { call f; ret; }", "calls itself")]
    [TestCase(".func g(); .func f() { call g; ret; } .func g() { call f; ret; }", "calls itself")]
    [TestCase(".func f() { ret; } .func f() { ret; }", "two bodies")]
    [TestCase(".func f() { .reg .b32 r; mov.u32 r, 1; }", "run off its end")]
    [TestCase(".func f() { }", "is empty")]
    [TestCase(".func f() { add.f32 1, 2, 3; ret; }", "cannot stand where")]
    [TestCase(".func k() { ret; }", "declared twice")]
    public void A_function_that_is_none_is_refused_though_nobody_calls_it(string top, string reason) =>
        Assert.That(MachineText.Refusal("", top: top).Message, Does.Contain(reason));
}
