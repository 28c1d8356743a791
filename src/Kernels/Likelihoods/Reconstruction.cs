namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The sizes of a reconstruction.</summary>
public struct ReconstructionShape
{
    /// <summary>Examples in the batch.</summary>
    public int Rows;
    /// <summary>Data dimensions D; the decoder gives <see cref="ILikelihood.Outputs"/> numbers for each.</summary>
    public int Columns;
}

/// <summary>The loss −log p(x∣z) of each row and its gradient with respect to the decoder's output, for any likelihood.</summary>
/// <remarks>
/// <para>Layouts, row-major: data (rows, D); outputs and their gradient (rows, K·D) with K = Outputs, [first output | second |
/// …]; loss (rows), in nats and without weight. The gradient carries the factor likelihood weight / rows: the objective is a mean.</para>
/// <para>Threads: group i has row i, its threads stride over the dimensions; each element is read, used twice and overwritten
/// by one thread, so the gradient can replace the outputs. 1024 shared bytes and the barriers of <see cref="RowReduction"/>.</para>
/// <para>Bytes moved per dimension: 4 + 8K, where <see cref="Loss"/> and <see cref="Gradient"/>, the unfused twins, move
/// 8 + 12K; exponentials that both formulas share are computed once. The settings (1) lie in device memory. Tests: LikelihoodTests.</para>
/// </remarks>
public static class Reconstruction
{
    /// <summary>The loss of each row, and the gradient in place of the outputs.</summary>
    public static void LossAndGradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(RowReduction.Width);
        LikelihoodSettings law = settings[0];
        int row = Grid.IdxX;
        float weight = control[0].LikelihoodWeight / shape.Rows;
        int width = RowReduction.WidthFor(shape.Columns);
        for (int first = 0; first < width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < shape.Columns; block += width)
            {
                int column = block + Group.IdxX;
                if (column < shape.Columns)
                {
                    ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
                    Load<TLikelihood>(outputs, local, row, column, shape);
                    float x = data[row * shape.Columns + column];
                    sum += TLikelihood.NegativeLog(x, local, law);
                    TLikelihood.Differentiate(x, local, law);
                    StoreScaled<TLikelihood>(local, outputs, row, column, shape, weight);
                }
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = RowReduction.Tree(partial, width);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <summary>The loss of each row alone: evaluation, and the first of the unfused twins.</summary>
    public static void Loss<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<LikelihoodSettings> settings,
        ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(RowReduction.Width);
        LikelihoodSettings law = settings[0];
        int row = Grid.IdxX;
        int width = RowReduction.WidthFor(shape.Columns);
        for (int first = 0; first < width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < shape.Columns; block += width)
            {
                int column = block + Group.IdxX;
                if (column < shape.Columns)
                {
                    ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
                    Load<TLikelihood>(outputs, local, row, column, shape);
                    sum += TLikelihood.NegativeLog(data[row * shape.Columns + column], local, law);
                }
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = RowReduction.Tree(partial, width);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <summary>
    /// The gradient alone, into a buffer of its own: the second of the unfused twins. Group (x, y) has columns x·G … of row y.
    /// </summary>
    public static void Gradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradient, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        float weight = control[0].LikelihoodWeight / shape.Rows;
        if (column < shape.Columns)
        {
            ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
            Load<TLikelihood>(outputs, local, row, column, shape);
            TLikelihood.Differentiate(data[row * shape.Columns + column], local, law);
            StoreScaled<TLikelihood>(local, gradient, row, column, shape, weight);
        }
    }

    /// <summary>The mean of p(x∣z), (rows, D): what a reconstruction shows. Group (x, y) has columns x·G … of row y.</summary>
    public static void Mean<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> mean, ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        if (column < shape.Columns)
        {
            ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
            Load<TLikelihood>(outputs, local, row, column, shape);
            mean[row * shape.Columns + column] = TLikelihood.Mean(local, law);
        }
    }

    /// <summary>A draw from p(x∣z), (rows, D), keyed by (seed, data, step, element). Group (x, y) has columns x·G … of row y.</summary>
    public static void Sample<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> sample, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        if (column < shape.Columns)
        {
            ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
            Load<TLikelihood>(outputs, local, row, column, shape);
            ControlBlock now = control[0];
            int index = row * shape.Columns + column;
            sample[index] = TLikelihood.Sample(local, Philox.Draw(now.Seed, RandomPurpose.Data, (uint)now.Step, (uint)index), law);
        }
    }

    private static void Load<TLikelihood>(ArrayView<float> outputs, ArrayView<float> local, int row, int column, ReconstructionShape shape)
        where TLikelihood : struct, ILikelihood
    {
        int start = row * (TLikelihood.Outputs * shape.Columns) + column;
        for (int k = 0; k < TLikelihood.Outputs; k++)
            local[k] = outputs[start + k * shape.Columns];
    }

    private static void StoreScaled<TLikelihood>(
        ArrayView<float> local, ArrayView<float> gradient, int row, int column, ReconstructionShape shape, float weight)
        where TLikelihood : struct, ILikelihood
    {
        int start = row * (TLikelihood.Outputs * shape.Columns) + column;
        for (int k = 0; k < TLikelihood.Outputs; k++)
            gradient[start + k * shape.Columns] = weight * local[k];
    }
}
