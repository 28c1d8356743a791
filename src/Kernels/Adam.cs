using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels;

/// <summary>Adam's constants.</summary>
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

    /// <summary>The settings of the given constants; the defaults are the paper's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A decay rate does not lie in (0, 1), or ε is negative.</exception>
    public static AdamSettings Of(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta1, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta2);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta2, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        return new()
        {
            Beta1 = (float)beta1,
            Beta2 = (float)beta2,
            Rest1 = (float)(1 - beta1),
            Rest2 = (float)(1 - beta2),
            LogBeta1 = (float)Math.Log(beta1),
            LogBeta2 = (float)Math.Log(beta2),
            Epsilon = (float)epsilon,
        };
    }
}

/// <summary>A flat range of elements: groups take neighbouring chunks, a thread some elements of its group's chunk.</summary>
public struct FlatShape
{
    /// <summary>Elements in all.</summary>
    public int Length;
    /// <summary>Elements of each thread, a group's width apart.</summary>
    public int PerThread;
}

/// <summary>Adam (Kingma and Ba 2015, algorithm 1) over all parameters of a model in one launch.</summary>
/// <remarks>
/// <para>Mathematics: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). Here
/// θ ← θ − (α/(1 − β₁ᵗ))·m/(√v·(1/√(1 − β₂ᵗ)) + ε). 1 − βᵗ = −expm1(t·ln β) needs no state, so a resumed run goes on the same.</para>
/// <para>Threads: element (x·E + e)·G + g for e in 0 … E−1 is thread g's of group x; the step's constants are computed once
/// for E elements. 16 bytes read and 12 written for some 10 FLOPs: memory-bound. No shared memory, no barriers. Test: StepTests.</para>
/// </remarks>
public static class Adam
{
    /// <summary>The kernel; launch it with as many groups as cover the elements.</summary>
    public static void Run(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<ControlBlock> control, FlatShape shape, AdamSettings settings)
    {
        ControlBlock now = control[0];
        float stepSize = now.LearningRate / -Exponential.Expm1(now.Step * settings.LogBeta1);
        float scale = 1f / MathF.Sqrt(-Exponential.Expm1(now.Step * settings.LogBeta2));
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
            {
                float gradient = gradients[index];
                float first = MathF.FusedMultiplyAdd(settings.Beta1, firstMoments[index], settings.Rest1 * gradient);
                float second = MathF.FusedMultiplyAdd(settings.Beta2, secondMoments[index], settings.Rest2 * gradient * gradient);
                firstMoments[index] = first;
                secondMoments[index] = second;
                float denominator = MathF.FusedMultiplyAdd(MathF.Sqrt(second), scale, settings.Epsilon);
                parameters[index] -= stepSize * (first / denominator);
            }
        }
    }
}
