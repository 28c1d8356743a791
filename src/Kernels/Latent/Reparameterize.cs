namespace VaeGpu.Kernels.Latent;

/// <summary>The sizes and the random stream of a latent layer.</summary>
public struct LatentShape
{
    /// <summary>Examples in the batch.</summary>
    public int Rows;
    /// <summary>Latent dimensions d.</summary>
    public int Columns;
    /// <summary>Draws z of each example, L.</summary>
    public int Samples;
    /// <summary>The number of the first of them in the random stream.</summary>
    public int FirstSample;
    /// <summary>One of <see cref="RandomPurpose"/>.</summary>
    public uint Purpose;
    /// <summary>The place of the first row in the batch: 0, but for the shards behind the first.</summary>
    public int FirstRow;
    /// <summary>Examples in the whole batch, where the rows are a shard of it; else 0.</summary>
    public int BatchRows;
}

/// <summary>
/// z = μ + σ·ε with ε drawn on the spot, and KL(N(μ, σ²) ‖ N(μ_p, σ_p²)) of each row (Kingma and Welling 2014, section 2.4 and
/// appendix B), in one pass forward and one backward.
/// </summary>
/// <remarks>
/// <para>Mathematics: ℓ = logσ², clamped to the range of <see cref="LogVariance"/>; σ = e^½ℓ; δ = (μ − μ_p)/σ_p; r = ℓ − logσ_p².
/// KL = Σ ½(δ² + (e^r − 1) − r), with e^r − 1 computed without cancellation. With w = KL weight / rows of the batch, for the objective is a
/// mean over it, and a gate g of 0 or 1 for each dimension (<see cref="FreeBits"/>):
/// ∂/∂μ = Σ dz + wg·δ/σ_p, ∂/∂ℓ = ½σ·Σ dz·ε + wg·½(e^r − 1), the sums over the L draws;
/// ∂/∂μ_p = −wg·δ/σ_p, ∂/∂logσ_p² = −wg·½(e^r − 1 + δ²). δ is cut off at ±10¹², so that KL and gradients are finite for all
/// finite inputs; the gradient keeps the value that it has there, and so points back.</para>
/// <para>Layouts, row-major: encoded and its gradient (rows, 2d), [μ | logσ²]; latent and its gradient (rows·L, d), the draws of an
/// example one below the other; divergence (rows); gates (d); prior and its gradient as <see cref="IPrior"/> says. ε of row i of the
/// batch, dimension j, draw l is the normal number of (seed, purpose, step, i·d + j, l): recomputed backward, never stored.</para>
/// <para>Threads: group i has row i, its threads stride over the dimensions. Forward needs the barriers and the 1024 shared
/// bytes of <see cref="RowReduction"/>; backward has none. Some 150 integer and float operations for 12 bytes: on GPUs bound
/// by memory, on CPUs by Philox. A row of d dimensions takes ⌈d/lanes⌉ vectors: with d = 20, 16 lanes are 62 % full, 8 lanes 83 %. Tests:
/// ReparameterizeTests.</para>
/// </remarks>
public static class Reparameterize
{
    /// <summary>z and KL of each row, fused.</summary>
    public static void Forward<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> divergence,
        ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        int row = Grid.IdxX;
        float total = RowReduction.Sum(
            new ForwardTerm<TPrior>
            {
                Encoded = encoded,
                Prior = prior,
                Latent = latent,
                Now = control[0],
                Shape = shape,
                Row = row,
            },
            shape.Columns);
        if (Group.IdxX == 0)
            divergence[row] = total;
    }

    /// <summary>The gradients of the encoder's output and of the prior's numbers, fused: from dz, and from the KL divergence.</summary>
    public static void Backward<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> gates, ArrayView<float> latentGradient,
        ArrayView<float> encodedGradient, ArrayView<float> priorGradient, ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        ControlBlock now = control[0];
        int row = Grid.IdxX;
        for (int first = 0; first < shape.Columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < shape.Columns)
            {
                int mean = row * (2 * shape.Columns) + column;
                LatentGradient sampled = SampleTerm(encoded, latentGradient, now, shape, row, column);
                LatentGradient diverged = DivergenceTerm<TPrior>(encoded, prior, gates, priorGradient, now, shape, row, column);
                encodedGradient[mean] = sampled.Mean + diverged.Mean;
                encodedGradient[mean + shape.Columns] = sampled.LogVariance + diverged.LogVariance;
            }
        }
    }

    /// <summary>z alone: the first half of <see cref="Forward"/>'s unfused twin, and what a sampler needs. Row y has row y.</summary>
    public static void Sample(ArrayView<float> encoded, ArrayView<float> latent, ArrayView<ControlBlock> control, LatentShape shape)
    {
        int row = Grid.IdxY / shape.Samples;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            float deviation = Exponential.Exp(0.5f * LogVariance.Clamp(encoded[means + shape.Columns + column]));
            float noise = Noise(control[0], shape, row, column, Grid.IdxY - row * shape.Samples);
            latent[Grid.IdxY * shape.Columns + column] = MathF.FusedMultiplyAdd(deviation, noise, encoded[means + column]);
        }
    }

    /// <summary>KL of each dimension, (rows, d): with <see cref="RowReduction.Run"/> the second half of the unfused twin.</summary>
    public static void Divergence<TPrior>(ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> divergence, LatentShape shape)
        where TPrior : struct, IPrior
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int means = row * (2 * shape.Columns);
            float logVariance = LogVariance.Clamp(encoded[means + shape.Columns + column]);
            divergence[row * shape.Columns + column] =
                DivergenceOf(encoded[means + column], logVariance, TPrior.At(prior, row, column, shape.Columns));
        }
    }

    /// <summary>dz taken back through the draws: the first half of <see cref="Backward"/>'s unfused twin.</summary>
    public static void SampleGradient(
        ArrayView<float> encoded, ArrayView<float> latentGradient, ArrayView<float> encodedGradient,
        ArrayView<ControlBlock> control, LatentShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int mean = Grid.IdxY * (2 * shape.Columns) + column;
            LatentGradient sampled = SampleTerm(encoded, latentGradient, control[0], shape, Grid.IdxY, column);
            encodedGradient[mean] = sampled.Mean;
            encodedGradient[mean + shape.Columns] = sampled.LogVariance;
        }
    }

    /// <summary>The divergence's gradient, added to what is there: the second half of <see cref="Backward"/>'s unfused twin.</summary>
    public static void AddDivergenceGradient<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> gates, ArrayView<float> encodedGradient,
        ArrayView<float> priorGradient, ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            int mean = Grid.IdxY * (2 * shape.Columns) + column;
            LatentGradient diverged = DivergenceTerm<TPrior>(encoded, prior, gates, priorGradient, control[0], shape, Grid.IdxY, column);
            encodedGradient[mean] += diverged.Mean;
            encodedGradient[mean + shape.Columns] += diverged.LogVariance;
        }
    }

    /// <summary>ε of a row's dimension in one of its draws.</summary>
    internal static float Noise(ControlBlock now, LatentShape shape, int row, int column, int sample)
    {
        var counter = new RandomWords
        {
            A = (uint)((shape.FirstRow + row) * shape.Columns + column), B = (uint)now.Step, C = (uint)(shape.FirstSample + sample),
        };
        RandomWords words = Philox.Block(counter, now.Seed, shape.Purpose);
        return Philox.Normal(words.A, words.B);
    }

    private static float DivergenceOf(float mean, float logVariance, PriorPoint prior)
    {
        float distance = PriorPoint.Distance(prior, mean);
        float ratio = logVariance - prior.LogVariance;
        return 0.5f * (distance * distance + (Exponential.Expm1(ratio) - ratio));
    }

    private static LatentGradient SampleTerm(
        ArrayView<float> encoded, ArrayView<float> latentGradient, ControlBlock now, LatentShape shape, int row, int column)
    {
        float sum = 0f, noisy = 0f;
        for (int sample = 0; sample < shape.Samples; sample++)
        {
            float gradient = latentGradient[(row * shape.Samples + sample) * shape.Columns + column];
            sum += gradient;
            noisy += gradient * Noise(now, shape, row, column, sample);
        }
        float logVariance = encoded[row * (2 * shape.Columns) + shape.Columns + column];
        float halfDeviation = 0.5f * Exponential.Exp(0.5f * LogVariance.Clamp(logVariance));
        return new() { Mean = sum, LogVariance = LogVariance.Gradient(logVariance, noisy * halfDeviation) };
    }

    private static LatentGradient DivergenceTerm<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> gates, ArrayView<float> priorGradient, ControlBlock now,
        LatentShape shape, int row, int column)
        where TPrior : struct, IPrior
    {
        int mean = row * (2 * shape.Columns) + column;
        float weight = now.DivergenceWeight / Shard.OrRows(shape.BatchRows, shape.Rows) * gates[column];
        PriorPoint point = TPrior.At(prior, row, column, shape.Columns);
        float logVariance = encoded[mean + shape.Columns];
        float distance = PriorPoint.Distance(point, encoded[mean]);
        float scaled = distance * point.InverseDeviation;
        float excess = Exponential.Expm1(LogVariance.Clamp(logVariance) - point.LogVariance);
        TPrior.StoreGradient(
            prior, priorGradient, row, column, shape.Columns, -(weight * scaled), -(weight * (0.5f * (excess + distance * distance))));
        return new() { Mean = weight * scaled, LogVariance = LogVariance.Gradient(logVariance, weight * (0.5f * excess)) };
    }

    private struct LatentGradient
    {
        public float Mean, LogVariance;
    }

    /// <summary>Draws z of one dimension, and adds its KL.</summary>
    private struct ForwardTerm<TPrior> : IRowTerm
        where TPrior : struct, IPrior
    {
        public ArrayView<float> Encoded, Prior, Latent;
        public ControlBlock Now;
        public LatentShape Shape;
        public int Row;

        public readonly float AddTo(float sum, int column)
        {
            int means = Row * (2 * Shape.Columns);
            float mean = Encoded[means + column];
            float logVariance = LogVariance.Clamp(Encoded[means + Shape.Columns + column]);
            float deviation = Exponential.Exp(0.5f * logVariance);
            for (int sample = 0; sample < Shape.Samples; sample++)
            {
                int target = (Row * Shape.Samples + sample) * Shape.Columns + column;
                Latent[target] = MathF.FusedMultiplyAdd(deviation, Noise(Now, Shape, Row, column, sample), mean);
            }
            return sum + DivergenceOf(mean, logVariance, TPrior.At(Prior, Row, column, Shape.Columns));
        }
    }
}
