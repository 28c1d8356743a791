using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels.Step;

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

/// <summary>A flat range of elements: groups take neighboring chunks, a thread some elements of its group's chunk.</summary>
public struct FlatShape
{
    /// <summary>Elements in all.</summary>
    public int Length;
    /// <summary>Elements of each thread, a group's width apart.</summary>
    public int PerThread;
}

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019) over all parameters of a model in one launch.
/// </summary>
/// <remarks>
/// <para>Mathematics: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). Here
/// θ ← θ − (α/(1 − β₁ᵗ))·m/(√v·(1/√(1 − β₂ᵗ)) + ε). 1 − βᵗ = −expm1(t·ln β) needs no state, so a resumed run goes on the same.</para>
/// <para>Decoupled weight decay: θ ← θ − α·λ·θ besides, α with its schedule as PyTorch has it; of weight matrices alone, which the host
/// marks: decayed (length/16) is 1 for each <see cref="DecayBlock"/> elements that decay and 0 for the rest. Clipping (Pascanu,
/// Mikolov and Bengio 2013, algorithm 1): with ‖g‖ of <see cref="GradientNorm"/> above c, g·c/‖g‖ takes the place of g.</para>
/// <para>Threads: element (x·E + e)·G + g for e in 0 … E−1 is thread g's of group x; the step's constants are computed once
/// for E elements. 16 bytes read and 12 written for some 10 FLOPs: memory-bound. No shared memory, no barriers.
/// Tests: StepTests, ClippingTests.</para>
/// </remarks>
public static class Adam
{
    private const int DecayBits = 4;

    /// <summary>Elements that decay together or not at all.</summary>
    public const int DecayBlock = 1 << DecayBits;

    /// <summary>Adam; launch it with as many groups as cover the elements.</summary>
    public static void Run(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<ControlBlock> control, FlatShape shape, AdamSettings settings)
    {
        StepConstants step = ConstantsOf(control[0], settings);
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
                parameters[index] -= Change(gradients, firstMoments, secondMoments, index, step, settings);
        }
    }

    /// <summary>AdamW; launch it likewise.</summary>
    public static void RunDecayed(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<float> decayed, ArrayView<ControlBlock> control, FlatShape shape, AdamSettings settings)
    {
        StepConstants step = ConstantsOf(control[0], settings);
        float decay = control[0].LearningRate * settings.WeightDecay;
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
            {
                float value = parameters[index];
                float shrunk = MathF.FusedMultiplyAdd(-(decay * decayed[index >> DecayBits]), value, value);
                parameters[index] = shrunk - Change(gradients, firstMoments, secondMoments, index, step, settings);
            }
        }
    }

    private static StepConstants ConstantsOf(ControlBlock now, AdamSettings settings) => new()
    {
        Size = now.LearningRate / -Exponential.Expm1(now.Step * settings.LogBeta1),
        Scale = 1f / MathF.Sqrt(-Exponential.Expm1(now.Step * settings.LogBeta2)),
        Clip = settings.ClipNorm > 0f & now.GradientNorm > settings.ClipNorm ? settings.ClipNorm / now.GradientNorm : 1f,
    };

    /// <summary>Moves the moments on; what the parameter falls by.</summary>
    private static float Change(
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments, int index, StepConstants step,
        AdamSettings settings)
    {
        float gradient = step.Clip * gradients[index];
        float first = MathF.FusedMultiplyAdd(settings.Beta1, firstMoments[index], settings.Rest1 * gradient);
        float second = MathF.FusedMultiplyAdd(settings.Beta2, secondMoments[index], settings.Rest2 * gradient * gradient);
        firstMoments[index] = first;
        secondMoments[index] = second;
        float denominator = MathF.FusedMultiplyAdd(MathF.Sqrt(second), step.Scale, settings.Epsilon);
        return step.Size * (first / denominator);
    }

    /// <summary>α/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ) and the gradient's factor.</summary>
    private struct StepConstants
    {
        public float Size, Scale, Clip;
    }
}
