namespace VaeGpu.Kernels.Optimizers;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1) over all parameters of a model in one launch.</summary>
/// <remarks>
/// <para>Mathematics: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). Here
/// θ ← θ − (α/(1 − β₁ᵗ))·m/(√v·(1/√(1 − β₂ᵗ)) + ε). 1 − βᵗ = −expm1(t·ln β) needs no state, so a resumed run goes on the same.</para>
/// <para>Clipping (Pascanu, Mikolov and Bengio 2013, algorithm 1): with ‖g‖ of <see cref="GradientNorm"/> above c, g·c/‖g‖ takes the place
/// of g.</para>
/// <para>Threads: element (x·E + e)·G + g for e in 0 … E−1 is thread g's of group x; the step's constants are computed once
/// for E elements. 16 bytes read and 12 written for some 15 FLOPs: memory-bound. No shared memory, no barriers.
/// Tests: StepTests, ClippingTests.</para>
/// </remarks>
public static class Adam
{
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
    internal static StepConstants ConstantsOf(ControlBlock now, AdamSettings settings) => new()
    {
        Size = now.LearningRate / -Exponential.Expm1(now.Step * settings.LogBeta1),
        Scale = 1f / MathF.Sqrt(-Exponential.Expm1(now.Step * settings.LogBeta2)),
        Clip = GradientNorm.ClipFactor(now, settings.ClipNorm),
    };

    /// <summary>Moves the moments on; what the parameter falls by.</summary>
    internal static float Change(
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
    internal struct StepConstants
    {
        public float Size, Scale, Clip;
    }
}
