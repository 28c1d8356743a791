namespace VaeGpu.Kernels.Optimizers;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1) over all parameters of a model in one launch.</summary>
/// <remarks>
/// <para>Mathematics: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). Here
/// θ ← θ − (α/(1 − β₁ᵗ))·m/(√v·(1/√(1 − β₂ᵗ)) + ε). 1 − βᵗ = −expm1(t·ln β) needs no state, so a resumed run goes on the same.</para>
/// <para>Values too small to change a parameter are set to zero, since some processors take a hundred times as long over subnormal moments,
/// and a weight without gradient would keep one forever. With η = min(2⁻⁵⁶, 2⁻²⁸ε), |g| below η counts as 0 in v, and |m| below 2⁻⁷⁰η and
/// v below 2⁻¹⁴η² become 0: √v̂ + ε changes by at most 2⁻²⁸ε, in its last bit or not at all, and only parameters below 2⁻⁷⁰ could notice
/// what m loses. From ε = 2⁻²⁸ on no moment is subnormal; with a smaller ε they can be.</para>
/// <para>Clipping (Pascanu, Mikolov and Bengio 2013, algorithm 1): with ‖g‖ of <see cref="GradientNorm"/> above c, g·c/‖g‖ takes the place
/// of g.</para>
/// <para>Threads: element (x·E + e)·G + g for e in 0 … E−1 is thread g's of group x; the step's constants are computed once
/// for E elements. 16 bytes read and 12 written for some 20 FLOPs: memory-bound. No shared memory, no barriers.
/// Tests: StepTests, ClippingTests.</para>
/// </remarks>
public static class Adam
{
    /// <summary>2⁻⁵⁶: (1 − β₂)g² of a larger gradient is a normal number where 1 − β₂ is 2⁻¹⁴ or more.</summary>
    private const float LeastGradient = 1.38777878e-17f;
    /// <summary>2⁻²⁸: what is so small beside a number changes its last bit at most.</summary>
    private const float Unnoticed = 3.7252903e-9f;
    /// <summary>2⁻⁷⁰ and 2⁻¹⁴: the least moments, divided by η and η².</summary>
    private const float LeastFirst = 8.4703295e-22f, LeastSecond = 6.10351562e-5f;

    /// <summary>One step; launch it with as many groups as cover the elements. <paramref name="decayed"/> is not read.</summary>
    public static void Run(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<float> decayed, ArrayView<ControlBlock> control, FlatShape shape, AdamSettings settings)
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

    /// <summary>What is the same for all elements.</summary>
    internal static StepConstants ConstantsOf(ControlBlock now, AdamSettings settings)
    {
        float least = MathF.Min(LeastGradient, Unnoticed * settings.Epsilon);
        return new()
        {
            Size = now.LearningRate / -Exponential.Expm1(now.Step * settings.LogBeta1),
            Scale = 1f / MathF.Sqrt(-Exponential.Expm1(now.Step * settings.LogBeta2)),
            Clip = GradientNorm.ClipFactor(now, settings.ClipNorm),
            LeastGradient = least,
            LeastFirst = LeastFirst * least,
            LeastSecond = LeastSecond * least * least,
        };
    }

    /// <summary>Moves the moments on; what the parameter falls by.</summary>
    internal static float Change(
        ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments, int index, StepConstants step,
        AdamSettings settings)
    {
        float gradient = step.Clip * gradients[index];
        float first = MathF.FusedMultiplyAdd(settings.Beta1, firstMoments[index], settings.Rest1 * gradient);
        float counted = MathF.Abs(gradient) < step.LeastGradient ? 0f : gradient;
        float second = MathF.FusedMultiplyAdd(settings.Beta2, secondMoments[index], settings.Rest2 * counted * counted);
        first = MathF.Abs(first) < step.LeastFirst ? 0f : first;
        second = second < step.LeastSecond ? 0f : second;
        firstMoments[index] = first;
        secondMoments[index] = second;
        float denominator = MathF.FusedMultiplyAdd(MathF.Sqrt(second), step.Scale, settings.Epsilon);
        return step.Size * (first / denominator);
    }

    /// <summary>α/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ), the gradient's factor, and the magnitudes below which gradients and moments are 0.</summary>
    internal struct StepConstants
    {
        public float Size, Scale, Clip, LeastGradient, LeastFirst, LeastSecond;
    }
}
