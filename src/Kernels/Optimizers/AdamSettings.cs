namespace VaeGpu.Kernels.Optimizers;

/// <summary>The constants of Adam and AdamW, and the norm that gradients are clipped to.</summary>
public struct AdamSettings
{
    /// <summary>The decay rates of the moments.</summary>
    public float Beta1, Beta2;
    /// <summary>1 − β, from double precision: in floats the difference loses five digits of 1 − 0.999.</summary>
    public float Rest1, Rest2;
    /// <summary>ln β, from double precision.</summary>
    public float LogBeta1, LogBeta2;
    /// <summary>What keeps the denominator from 0.</summary>
    public float Epsilon;
    /// <summary>λ of AdamW; 0 for Adam.</summary>
    public float WeightDecay;
    /// <summary>c: what longer gradients are shortened to; 0 for no clipping.</summary>
    public float ClipNorm;

    /// <summary>The settings of the given constants; the defaults are Adam's, the paper's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A decay rate does not lie in (0, 1), or ε, the weight decay or the norm is negative.
    /// </exception>
    public static AdamSettings Of(
        double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, double clipNorm = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta1, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta2);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta2, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        ArgumentOutOfRangeException.ThrowIfNegative(clipNorm);
        return new()
        {
            Beta1 = (float)beta1,
            Beta2 = (float)beta2,
            Rest1 = (float)(1 - beta1),
            Rest2 = (float)(1 - beta2),
            LogBeta1 = (float)Math.Log(beta1),
            LogBeta2 = (float)Math.Log(beta2),
            Epsilon = (float)epsilon,
            WeightDecay = (float)weightDecay,
            ClipNorm = (float)clipNorm,
        };
    }
}
