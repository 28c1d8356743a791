using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Tests.Frontend;

/// <summary>What is counted in a kernel's PTX.</summary>
internal sealed class PtxSummaryTests
{
    private const string Text = """
        .version 7.0
        .target sm_80
        .address_size 64
        // ld.global.f32 in a comment is not counted
        .visible .entry k(.param .u64 p, .param .u32 n)
        {
            .local .align 4 .b8 own[48];
            .reg .f32 %f<7>;
            .reg .pred %p<2>;
            .reg .b64 %rd1, %rd2;
            ld.param.u64 %rd1, [p];
            @!%p0 bra END_0;
            LOOP_1: ld.global.nc.v4.f32 {%f0, %f1, %f2, %f3}, [%rd1];
            ld.f32 %f4, [%rd1+16];
            st.local.f32 [%rd2], %f4;
            bar.sync 0;
            @%p1 st.global.f64 [%rd1], %f5;
            ld.shared.v2.f32 {%f5, %f6}, [%rd2];
        END_0:
            ret;
        }
        """;

    [Test]
    public void Instructions_registers_and_accesses_are_counted()
    {
        PtxSummary summary = PtxSummary.Of(Text);
        Assert.Multiple(() =>
        {
            Assert.That(summary.Instructions, Is.EqualTo(9));
            Assert.That(summary.Registers, Is.EqualTo(11));
            Assert.That((summary.LocalBytes, summary.LocalAccesses), Is.EqualTo((48, 1)));
            Assert.That(summary.GlobalAccesses, Is.EqualTo(new Dictionary<int, int> { [4] = 1, [8] = 1, [16] = 1 }));
            Assert.That((summary.SharedAccesses, summary.Barriers), Is.EqualTo((1, 1)));
        });
    }
}
