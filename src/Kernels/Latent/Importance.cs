namespace VaeGpu.Kernels.Latent;

/// <summary>
/// What is done with the ratios p(x, z)/q(z∣x) of L draws of z: the importance-weighted bound −log (1/L)Σ p(x, z)/q(z∣x) (Burda,
/// Grosse and Salakhutdinov 2016), the KL divergence by draws instead of by formula, and log p(x) for evaluation.
/// </summary>
/// <remarks>
/// <para>Mathematics: with ε of the draw, log p(z) − log q(z∣x) = Σ_j ½(ε² + ℓ − (z − μ_p)²/σ_p² − logσ_p²), which loses nothing
/// where σ is small; (z − μ_p)/σ_p is cut off as in <see cref="Reparameterize"/>. Weights w̃: softmax over the draws of
/// u·log p(x∣z) + v·(log p(z) − log q(z∣x)), u and v the control block's; or 1/L each. The objective's gradient is Σ w̃ times the
/// draw's own; ε stands still, so −log q(z∣x) leaves −½ for ℓ and 0 for μ.</para>
/// <para>Layouts, row-major: latent and its gradient (rows·L, d); losses, ratios and weights (rows·L); the rest as
/// <see cref="Reparameterize"/> says. Sums over draws run in order. Tests: ImportanceTests.</para>
/// </remarks>
public static class Importance
{
    /// <summary>What <see cref="Accumulate"/> keeps of a row: the largest log weight m, Σ e^(l − m), Σ e^2(l − m), Σ loss.</summary>
    public const int RunningSums = 4;

    /// <summary>log p(z) − log q(z∣x) of each draw; group i has row i. Barriers and 1024 bytes as <see cref="RowReduction"/>.</summary>
    public static void LogRatio<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> ratios,
        ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        int row = Grid.IdxX / shape.Samples;
        float total = RowReduction.Sum(
            new LogRatioTerm<TPrior>
            {
                Encoded = encoded,
                Prior = prior,
                Latent = latent,
                Now = control[0],
                Shape = shape,
                Row = row,
                Sample = Grid.IdxX - row * shape.Samples,
            },
            shape.Columns);
        if (Group.IdxX == 0)
            ratios[Grid.IdxX] = total;
    }

    /// <summary>
    /// <see cref="Reparameterize.Sample"/> and <see cref="LogRatio"/> fused: z of each draw and its log p(z) − log q(z∣x), ε drawn once.
    /// Group i has row i of z.
    /// </summary>
    public static void Draw<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> ratios,
        ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        int row = Grid.IdxX / shape.Samples;
        float total = RowReduction.Sum(
            new DrawTerm<TPrior>
            {
                Encoded = encoded,
                Prior = prior,
                Latent = latent,
                Now = control[0],
                Shape = shape,
                Row = row,
                Sample = Grid.IdxX - row * shape.Samples,
            },
            shape.Columns);
        if (Group.IdxX == 0)
            ratios[Grid.IdxX] = total;
    }

    /// <summary>w̃ of each draw; thread g of group x has row x·G + g.</summary>
    public static void Weigh(
        ArrayView<float> losses, ArrayView<float> ratios, ArrayView<float> weights, ArrayView<ControlBlock> control, LatentShape shape)
    {
        ControlBlock now = control[0];
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        if (row < shape.Rows)
        {
            int start = row * shape.Samples;
            float largest = float.NegativeInfinity;
            for (int i = start; i < start + shape.Samples; i++)
            {
                float weight = LogWeight(losses[i], ratios[i], now);
                largest = weight > largest ? weight : largest;
            }
            float sum = 0f;
            for (int i = start; i < start + shape.Samples; i++)
                sum += Exponential.Exp(LogWeight(losses[i], ratios[i], now) - largest);
            for (int i = start; i < start + shape.Samples; i++)
                weights[i] = Exponential.Exp(LogWeight(losses[i], ratios[i], now) - largest) / sum;
        }
    }

    /// <summary>
    /// −log (1/L)Σ e^(v·ratio − u·loss) over the draws of each row: the bound, u the <paramref name="likelihoodWeight"/> and v the
    /// <paramref name="divergenceWeight"/>. Thread g of group x has row x·G + g.
    /// </summary>
    public static void Bound(
        ArrayView<float> losses, ArrayView<float> ratios, ArrayView<float> bounds, LatentShape shape, float likelihoodWeight,
        float divergenceWeight)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        if (row < shape.Rows)
        {
            int start = row * shape.Samples;
            float largest = float.NegativeInfinity;
            for (int i = start; i < start + shape.Samples; i++)
            {
                float weight = divergenceWeight * ratios[i] - likelihoodWeight * losses[i];
                largest = weight > largest ? weight : largest;
            }
            float sum = 0f;
            for (int i = start; i < start + shape.Samples; i++)
                sum += Exponential.Exp(divergenceWeight * ratios[i] - likelihoodWeight * losses[i] - largest);
            bounds[row] = -(largest + Logarithm.Log(sum / shape.Samples));
        }
    }

    /// <summary>values[i, j] = values[i, j]·(L·w̃ᵢ): turns the gradient of the draws' mean into that of their weighted mean.</summary>
    public static void Scale(ArrayView<float> values, ArrayView<float> weights, MatrixShape shape, int samples)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
            values[Grid.IdxY * shape.Columns + column] *= samples * weights[Grid.IdxY];
    }

    /// <summary>
    /// The gradients of the encoder's output and of the prior's numbers: from dz, which has its w̃ already, and from the ratios. Group i
    /// has row i.
    /// </summary>
    public static void Backward<TPrior>(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> weights,
        ArrayView<float> latentGradient, ArrayView<float> encodedGradient, ArrayView<float> priorGradient,
        ArrayView<ControlBlock> control, LatentShape shape)
        where TPrior : struct, IPrior
    {
        ControlBlock now = control[0];
        int row = Grid.IdxX;
        float ratioWeight = now.DivergenceWeight / Shard.OrRows(shape.BatchRows, shape.Rows);
        for (int first = 0; first < shape.Columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < shape.Columns)
            {
                PriorPoint point = TPrior.At(prior, row, column, shape.Columns);
                float sum = 0f, noisy = 0f, pull = 0f, spread = 0f;
                for (int sample = 0; sample < shape.Samples; sample++)
                {
                    int draw = row * shape.Samples + sample;
                    float distance = PriorPoint.Distance(point, latent[draw * shape.Columns + column]);
                    float weighted = ratioWeight * weights[draw] * distance;
                    float pulled = weighted * point.InverseDeviation;
                    float gradient = latentGradient[draw * shape.Columns + column] + pulled;
                    sum += gradient;
                    noisy += gradient * Reparameterize.Noise(now, shape, row, column, sample);
                    pull += pulled;
                    spread += weighted * distance;
                }
                int mean = row * (2 * shape.Columns) + column;
                float logVariance = encoded[mean + shape.Columns];
                float halfDeviation = 0.5f * Exponential.Exp(0.5f * LogVariance.Clamp(logVariance));
                encodedGradient[mean] = sum;
                encodedGradient[mean + shape.Columns] = LogVariance.Gradient(logVariance, noisy * halfDeviation - 0.5f * ratioWeight);
                TPrior.StoreGradient(prior, priorGradient, row, column, shape.Columns, -pull, 0.5f * (ratioWeight - spread));
            }
        }
    }

    /// <summary>means[i] = the mean of the L losses of row i; thread g of group x has row x·G + g.</summary>
    public static void Mean(ArrayView<float> losses, ArrayView<float> means, LatentShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        if (row < shape.Rows)
        {
            float sum = 0f;
            for (int sample = 0; sample < shape.Samples; sample++)
                sum += losses[row * shape.Samples + sample];
            means[row] = sum / shape.Samples;
        }
    }

    /// <summary>
    /// Takes each row's draws into its running sums, (rows, 4), so that there can be any number of draws; they begin as −∞, 0, 0, 0.
    /// Thread g of group x has row x·G + g.
    /// </summary>
    public static void Accumulate(ArrayView<float> losses, ArrayView<float> ratios, ArrayView<float> running, LatentShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        if (row < shape.Rows)
        {
            int at = row * RunningSums;
            float largest = running[at], sum = running[at + 1], squares = running[at + 2], lossSum = running[at + 3];
            for (int sample = 0; sample < shape.Samples; sample++)
            {
                float loss = losses[row * shape.Samples + sample];
                float weight = ratios[row * shape.Samples + sample] - loss;
                bool grows = weight > largest;
                float fading = Exponential.Exp(grows ? largest - weight : weight - largest);
                sum = grows ? MathF.FusedMultiplyAdd(sum, fading, 1f) : sum + fading;
                squares = grows ? MathF.FusedMultiplyAdd(squares, fading * fading, 1f) : MathF.FusedMultiplyAdd(fading, fading, squares);
                largest = grows ? weight : largest;
                lossSum += loss;
            }
            running[at] = largest;
            running[at + 1] = sum;
            running[at + 2] = squares;
            running[at + 3] = lossSum;
        }
    }

    private static float LogWeight(float loss, float ratio, ControlBlock now) => now.DivergenceWeight * ratio - now.LikelihoodWeight * loss;

    private static float LogRatio(PriorPoint prior, float z, float noise, float logVariance)
    {
        float distance = PriorPoint.Distance(prior, z);
        return 0.5f * (noise * noise - distance * distance + (logVariance - prior.LogVariance));
    }

    private struct LogRatioTerm<TPrior> : IRowTerm
        where TPrior : struct, IPrior
    {
        public ArrayView<float> Encoded, Prior, Latent;
        public ControlBlock Now;
        public LatentShape Shape;
        public int Row, Sample;

        public readonly float AddTo(float sum, int column)
        {
            PriorPoint point = TPrior.At(Prior, Row, column, Shape.Columns);
            float noise = Reparameterize.Noise(Now, Shape, Row, column, Sample);
            float z = Latent[(Row * Shape.Samples + Sample) * Shape.Columns + column];
            float logVariance = LogVariance.Clamp(Encoded[Row * (2 * Shape.Columns) + Shape.Columns + column]);
            return sum + LogRatio(point, z, noise, logVariance);
        }
    }

    /// <summary>Draws z of one dimension, and adds its part of the ratio.</summary>
    private struct DrawTerm<TPrior> : IRowTerm
        where TPrior : struct, IPrior
    {
        public ArrayView<float> Encoded, Prior, Latent;
        public ControlBlock Now;
        public LatentShape Shape;
        public int Row, Sample;

        public readonly float AddTo(float sum, int column)
        {
            int means = Row * (2 * Shape.Columns);
            float logVariance = LogVariance.Clamp(Encoded[means + Shape.Columns + column]);
            float noise = Reparameterize.Noise(Now, Shape, Row, column, Sample);
            float z = MathF.FusedMultiplyAdd(Exponential.Exp(0.5f * logVariance), noise, Encoded[means + column]);
            Latent[(Row * Shape.Samples + Sample) * Shape.Columns + column] = z;
            return sum + LogRatio(TPrior.At(Prior, Row, column, Shape.Columns), z, noise, logVariance);
        }
    }
}
