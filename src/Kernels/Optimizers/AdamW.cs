namespace VaeGpu.Kernels.Optimizers;

/// <summary><see cref="Adam"/> with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
/// <remarks>
/// θ ← θ − α·λ·θ besides Adam's step, α with its schedule as PyTorch has it; of weight matrices alone, which the host marks: decayed
/// (length/16) is 1 for each <see cref="Block"/> elements that decay and 0 for the rest. Threads as Adam's. Test: ClippingTests.
/// </remarks>
public static class AdamW
{
    private const int BlockBits = 4;

    /// <summary>Elements that decay together or not at all.</summary>
    public const int Block = 1 << BlockBits;

    /// <summary>One step; launch it with as many groups as cover the elements.</summary>
    public static void Run(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<float> decayed, ArrayView<ControlBlock> control, FlatShape shape, AdamSettings settings)
    {
        Adam.StepConstants step = Adam.ConstantsOf(control[0], settings);
        float decay = control[0].LearningRate * settings.WeightDecay;
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
            {
                float shrunk = Shrunk(parameters[index], decayed, index, decay);
                parameters[index] = shrunk - Adam.Change(gradients, firstMoments, secondMoments, index, step, settings);
            }
        }
    }

    /// <summary>The decay alone, in place: with <see cref="Adam"/> after it, the unfused twin of <see cref="Run"/>.</summary>
    public static void Decay(
        ArrayView<float> parameters, ArrayView<float> decayed, ArrayView<ControlBlock> control, FlatShape shape, float weightDecay)
    {
        float decay = control[0].LearningRate * weightDecay;
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
                parameters[index] = Shrunk(parameters[index], decayed, index, decay);
        }
    }

    private static float Shrunk(float value, ArrayView<float> decayed, int index, float decay) =>
        MathF.FusedMultiplyAdd(-(decay * decayed[index >> BlockBits]), value, value);
}
