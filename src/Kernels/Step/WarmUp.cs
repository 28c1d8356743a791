namespace VaeGpu.Kernels.Step;

/// <summary>The KL divergence's weight as a function of the step alone, so that a resumed run goes on the same.</summary>
/// <remarks>
/// v(t) = v·min(1, s/W) with s = t − 1, the steps made before step t, and W = <see cref="ControlBlock.WarmUpSteps"/>: linear from 0
/// (Bowman et al. 2016; Sønderby et al. 2016). With a period P, s = (t − 1) mod P: cyclical (Fu et al. 2019). Test: WeightTests.
/// </remarks>
public static class WarmUp
{
    /// <summary>The weight of the step that the block counts: the device writes it after each step, the host before the first.</summary>
    public static float DivergenceWeight(ControlBlock now)
    {
        if (now.WarmUpSteps == 0)
            return now.DivergenceWeight;
        int made = now.Step - 1;
        int within = now.WarmUpPeriod > 0 ? made % now.WarmUpPeriod : made;
        return within >= now.WarmUpSteps ? now.FullDivergenceWeight : now.FullDivergenceWeight * ((float)within / now.WarmUpSteps);
    }
}
