using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels.Step;

/// <summary>The shapes of the learning rate over a run, by name.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays what it is.</summary>
    Constant,
    /// <summary>It falls to 0 along half a cosine.</summary>
    Cosine,
    /// <summary>It is multiplied by a factor every so many steps.</summary>
    Steps,
}

/// <summary>What the learning rate follows, apart from the step's number.</summary>
public struct LearningRateSettings
{
    /// <summary>The shape.</summary>
    public LearningRateSchedule Schedule;
    /// <summary>α: what the warm-up leads to, and what falls from there.</summary>
    public float Full;
    /// <summary>W: steps of the linear warm-up; 0 for none.</summary>
    public int WarmUpSteps;
    /// <summary>Cosine: T, the steps of the whole run, above W. Steps: P, the steps from one drop to the next.</summary>
    public int Period;
    /// <summary>Steps: ln γ of the drops' factor γ, from double precision.</summary>
    public float LogDrop;
}

/// <summary>The learning rate as a function of the step alone, so that a resumed run goes on the same.</summary>
/// <remarks>
/// <para>α(t) = α·w(t)·f(t) for step t, the first being 1. Warm-up (Goyal et al. 2017, section 2.2): w(t) = min(1, t/W); it
/// starts at α/W and not at 0, so that no step is in vain.</para>
/// <para>Constant: f = 1. Cosine (Loshchilov and Hutter 2017, equation 5, without restarts and down to 0):
/// f = ½(1 + cos πu), u = (t − 1 − W)/(T − W), held within [0, 1]; computed as sin²(½π(1 − u)), which does not cancel near the
/// end. Steps: f = γ^⌊(t − 1)/P⌋.</para>
/// <para>Tests: LearningRateTests.</para>
/// </remarks>
public static class LearningRate
{
    /// <summary>The rate of the block's step: what the device writes after each step, and the host before the first.</summary>
    public static float Of(ControlBlock now)
    {
        LearningRateSettings rate = now.Schedule;
        if (rate.Schedule == LearningRateSchedule.Constant && rate.WarmUpSteps == 0)
            return now.LearningRate;
        int made = now.Step - 1;
        float warm = now.Step < rate.WarmUpSteps ? rate.Full * ((float)now.Step / rate.WarmUpSteps) : rate.Full;
        if (rate.Schedule == LearningRateSchedule.Cosine)
            return warm * Cosine(made, rate);
        if (rate.Schedule == LearningRateSchedule.Steps)
            return warm * Exponential.Exp(made / rate.Period * rate.LogDrop);
        return warm;
    }

    private static float Cosine(int made, LearningRateSettings rate)
    {
        int left = rate.Period - (made > rate.WarmUpSteps ? made : rate.WarmUpSteps);
        float quarters = left > 0 ? (float)left / (rate.Period - rate.WarmUpSteps) : 0f;
        float root = Turns.Sin(0.25f * quarters);
        return root * root;
    }
}
