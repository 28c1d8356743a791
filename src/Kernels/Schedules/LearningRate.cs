namespace VaeGpu.Kernels.Schedules;

/// <summary>What the learning rate follows, apart from the step's number.</summary>
public struct LearningRateSettings
{
    /// <summary>α: what the warm-up leads to, and what falls from there.</summary>
    public float Full;
    /// <summary>W: steps of the linear warm-up; 0 for none.</summary>
    public int WarmUpSteps;
    /// <summary>T, the steps of the whole run, above W, or P, the steps from one drop to the next, or before the first.</summary>
    public int Period;
    /// <summary>ln γ of the drops' factor γ, from double precision.</summary>
    public float LogDrop;
}

/// <summary>The learning rate as a function of the step alone, so that a resumed run goes on the same.</summary>
/// <remarks>
/// α(t) = α·w(t)·f(t) for step t, the first being 1; f is the <see cref="ISchedule"/>'s. Warm-up (Goyal et al. 2017, section 2.2):
/// w(t) = min(1, t/W); it starts at α/W and not at 0, so that no step is in vain. Tests: LearningRateTests.
/// </remarks>
public static class LearningRate
{
    /// <summary>The rate of the block's step: what the device writes after each step, and the host before the first.</summary>
    public static float Of<TSchedule>(ControlBlock now) where TSchedule : struct, ISchedule
    {
        LearningRateSettings rate = now.Schedule;
        float warm = now.Step < rate.WarmUpSteps ? rate.Full * ((float)now.Step / rate.WarmUpSteps) : rate.Full;
        return warm * TSchedule.Factor(now.Step - 1, rate);
    }

    /// <summary>The share of the run after its warm-up that is left after so many steps: (T − t + 1)/(T − W), within [0, 1].</summary>
    internal static float Remaining(int made, LearningRateSettings rate)
    {
        int left = rate.Period - (made > rate.WarmUpSteps ? made : rate.WarmUpSteps);
        return left > 0 ? (float)left / (rate.Period - rate.WarmUpSteps) : 0f;
    }
}
