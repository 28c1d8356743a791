using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels;

/// <summary>The sizes and the random stream of a latent layer.</summary>
public struct LatentShape
{
    /// <summary>Examples in the batch.</summary>
    public int Rows;
    /// <summary>Latent dimensions d.</summary>
    public int Columns;
    /// <summary>One of <see cref="RandomPurpose"/>.</summary>
    public uint Purpose;
}

/// <summary>
/// z = μ + σ·ε with ε drawn on the spot, and KL(N(μ, σ²) ‖ N(0, 1)) of each row (Kingma and Welling 2014, section 2.4 and
/// appendix B), in one pass forward and one backward.
/// </summary>
/// <remarks>
/// <para>Mathematics: ℓ = logσ², clamped to [−30, 20] as σ of 10⁻⁷ and of 22026 are beyond any use and e²⁰ squared is still far
/// from overflow; outside the gradient with respect to logσ² is 0, as the clamp's is. NaN passes the clamp.
/// σ = e^½ℓ; KL = Σ ½(μ² + (e^ℓ − 1) − ℓ), with e^ℓ − 1 computed without cancellation.
/// ∂/∂μ = dz + w·μ and ∂/∂ℓ = dz·ε·½σ + w·½(e^ℓ − 1), w = KL weight / rows: the objective is a mean over the batch.</para>
/// <para>Layouts, row-major: encoded and its gradient (rows, 2d), [μ | logσ²]; latent and its gradient (rows, d); divergence
/// (rows). ε of row i, dimension j is the normal number of (seed, purpose, step, i·d + j): recomputed backward, never stored.</para>
/// <para>Threads: group i has row i, its threads stride over the dimensions. Forward needs the barriers and the 256 shared
/// bytes of <see cref="RowReduction"/>; backward has none. Some 150 integer and float operations for 12 bytes: on GPUs bound
/// by memory, on CPUs by Philox. Tests: ReparameterizeTests.</para>
/// </remarks>
public static class Reparameterize
{
    private const float SmallestLogVariance = -30f;
    private const float LargestLogVariance = 20f;

    /// <summary>z and KL of each row, fused.</summary>
    public static void Forward(
        ArrayView<float> encoded, ArrayView<float> latent, ArrayView<float> divergence, ArrayView<ControlBlock> control, LatentShape shape)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(RowReduction.Width);
        ControlBlock now = control[0];
        int row = Grid.IdxX;
        int means = row * (2 * shape.Columns);
        int logVariances = means + shape.Columns;
        for (int first = 0; first < RowReduction.Width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < shape.Columns; block += RowReduction.Width)
            {
                int column = block + Group.IdxX;
                if (column < shape.Columns)
                {
                    float mean = encoded[means + column];
                    float logVariance = Clamp(encoded[logVariances + column]);
                    int index = row * shape.Columns + column;
                    latent[index] = At(mean, logVariance, Noise(now, shape.Purpose, index));
                    sum += DivergenceOf(mean, logVariance);
                }
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = RowReduction.Tree(partial);
        if (Group.IdxX == 0)
            divergence[row] = total;
    }

    /// <summary>The gradient of the encoder's output, fused: from dz, and from the KL divergence.</summary>
    public static void Backward(
        ArrayView<float> encoded, ArrayView<float> latentGradient, ArrayView<float> encodedGradient,
        ArrayView<ControlBlock> control, LatentShape shape)
    {
        ControlBlock now = control[0];
        int row = Grid.IdxX;
        int means = row * (2 * shape.Columns);
        int logVariances = means + shape.Columns;
        float weight = now.DivergenceWeight / shape.Rows;
        for (int first = 0; first < shape.Columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < shape.Columns)
            {
                float logVariance = encoded[logVariances + column];
                int index = row * shape.Columns + column;
                float gradient = latentGradient[index];
                encodedGradient[means + column] = gradient + weight * encoded[means + column];
                encodedGradient[logVariances + column] = SampleTerm(gradient, logVariance, Noise(now, shape.Purpose, index))
                    + DivergenceTerm(weight, logVariance);
            }
        }
    }

    /// <summary>z alone: the first half of <see cref="Forward"/>'s unfused twin, and what a sampler needs.</summary>
    public static void Sample(ArrayView<float> encoded, ArrayView<float> latent, ArrayView<ControlBlock> control, LatentShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            int index = row * shape.Columns + column;
            float logVariance = Clamp(encoded[means + shape.Columns + column]);
            latent[index] = At(encoded[means + column], logVariance, Noise(control[0], shape.Purpose, index));
        }
    }

    /// <summary>
    /// KL of each dimension, (rows, d): with <see cref="RowReduction.Run"/> the second half of <see cref="Forward"/>'s unfused twin.
    /// </summary>
    public static void Divergence(ArrayView<float> encoded, ArrayView<float> divergence, LatentShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            divergence[row * shape.Columns + column] =
                DivergenceOf(encoded[means + column], Clamp(encoded[means + shape.Columns + column]));
        }
    }

    /// <summary>dz taken back through the sample: the first half of <see cref="Backward"/>'s unfused twin.</summary>
    public static void SampleGradient(
        ArrayView<float> encoded, ArrayView<float> latentGradient, ArrayView<float> encodedGradient,
        ArrayView<ControlBlock> control, LatentShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            int logVariances = means + shape.Columns;
            int index = row * shape.Columns + column;
            float gradient = latentGradient[index];
            encodedGradient[means + column] = gradient;
            encodedGradient[logVariances + column] =
                SampleTerm(gradient, encoded[logVariances + column], Noise(control[0], shape.Purpose, index));
        }
    }

    /// <summary>The divergence's gradient, added to what is there: the second half of <see cref="Backward"/>'s unfused twin.</summary>
    public static void AddDivergenceGradient(
        ArrayView<float> encoded, ArrayView<float> encodedGradient, ArrayView<ControlBlock> control, LatentShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            int logVariances = means + shape.Columns;
            float weight = control[0].DivergenceWeight / shape.Rows;
            encodedGradient[means + column] += weight * encoded[means + column];
            encodedGradient[logVariances + column] += DivergenceTerm(weight, encoded[logVariances + column]);
        }
    }

    private static float Noise(ControlBlock now, uint purpose, int index)
    {
        RandomWords words = Philox.Draw(now.Seed, purpose, (uint)now.Step, (uint)index);
        return Philox.Normal(words.A, words.B);
    }

    private static float Clamp(float logVariance)
    {
        float above = logVariance < SmallestLogVariance ? SmallestLogVariance : logVariance;
        return above > LargestLogVariance ? LargestLogVariance : above;
    }

    private static float At(float mean, float logVariance, float noise) =>
        MathF.FusedMultiplyAdd(Exponential.Exp(0.5f * logVariance), noise, mean);

    private static float DivergenceOf(float mean, float logVariance) =>
        0.5f * (mean * mean + (Exponential.Expm1(logVariance) - logVariance));

    private static float SampleTerm(float gradient, float logVariance, float noise) =>
        Clamp(logVariance) != logVariance ? 0f : gradient * noise * (0.5f * Exponential.Exp(0.5f * logVariance));

    private static float DivergenceTerm(float weight, float logVariance) =>
        Clamp(logVariance) != logVariance ? 0f : weight * (0.5f * Exponential.Expm1(logVariance));
}
