namespace VaeGpu.Kernels.Latent;

/// <summary>
/// Free bits (Kingma et al. 2016, appendix C.8): Σ_j max(λ, KL_j) in the place of Σ_j KL_j, KL_j the batch's mean of dimension j. A
/// dimension below λ nats costs nothing, so nothing pulls it to the prior.
/// </summary>
/// <remarks>
/// <para>divergence (rows, d) as <see cref="Reparameterize.Divergence"/> gives it; gates (d): the derivative of max(λ, KL_j), 1 above λ
/// and 0 below. Rows are added in order. A batch of shards has a row for each, Σ KL_j over the shard's rows.</para>
/// <para>Thread g of group x has dimension x·G + g. One addition for 4 bytes read. No barriers. Test: VaeTests.</para>
/// </remarks>
public static class FreeBits
{
    /// <summary>The kernel; launch it with as many groups as cover the dimensions.</summary>
    public static void Gate(ArrayView<float> divergence, ArrayView<float> gates, MatrixShape shape, int batchRows, float free)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        bool inside = column < shape.Columns;
        float sum = 0f;
        for (int row = 0; row < shape.Rows; row++)
        {
            int index = row * shape.Columns + column;
            sum += inside ? divergence[index] : 0f;
        }
        if (inside)
            gates[column] = sum / batchRows > free ? 1f : 0f;
    }
}
