namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// <see cref="Reconstruction"/> for an <see cref="IStreamedLikelihood"/>: the same layouts, threads, order of sums and twins.
/// </summary>
/// <remarks>
/// Bytes moved per dimension with K outputs: 4 + 12K fused, 8 + 16K unfused; where a row of outputs fits the cache the second
/// read is free. Tests: LikelihoodTests.
/// </remarks>
public static class StreamedReconstruction
{
    /// <inheritdoc cref="Reconstruction.LossAndGradient{TLikelihood}"/>
    public static void LossAndGradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
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
                    Planes planes = Of<TLikelihood>(row, column, shape, law);
                    float x = data[row * shape.Columns + column];
                    FirstPass sums = TLikelihood.Sum(x, outputs, planes, law);
                    sum += sums.NegativeLog;
                    TLikelihood.Differentiate(x, outputs, planes, sums, outputs, weight, law);
                }
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = RowReduction.Tree(partial, width);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <inheritdoc cref="Reconstruction.Loss{TLikelihood}"/>
    public static void Loss<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<LikelihoodSettings> settings,
        ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
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
                    Planes planes = Of<TLikelihood>(row, column, shape, law);
                    sum += TLikelihood.Sum(data[row * shape.Columns + column], outputs, planes, law).NegativeLog;
                }
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = RowReduction.Tree(partial, width);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <inheritdoc cref="Reconstruction.Gradient{TLikelihood}"/>
    public static void Gradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradient, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        float weight = control[0].LikelihoodWeight / shape.Rows;
        if (column < shape.Columns)
        {
            Planes planes = Of<TLikelihood>(row, column, shape, law);
            float x = data[row * shape.Columns + column];
            FirstPass sums = TLikelihood.Sum(x, outputs, planes, law);
            TLikelihood.Differentiate(x, outputs, planes, sums, gradient, weight, law);
        }
    }

    /// <inheritdoc cref="Reconstruction.Mean{TLikelihood}"/>
    public static void Mean<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> mean, ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        if (column < shape.Columns)
            mean[row * shape.Columns + column] = TLikelihood.Mean(outputs, Of<TLikelihood>(row, column, shape, law), law);
    }

    /// <inheritdoc cref="Reconstruction.Sample{TLikelihood}"/>
    public static void Sample<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> sample, ArrayView<ControlBlock> control, ArrayView<LikelihoodSettings> settings,
        ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings law = settings[0];
        ControlBlock now = control[0];
        if (column < shape.Columns)
        {
            int index = row * shape.Columns + column;
            RandomWords words = Philox.Draw(now.Seed, RandomPurpose.Data, (uint)now.Step, (uint)index);
            sample[index] = TLikelihood.Sample(outputs, Of<TLikelihood>(row, column, shape, law), words, law);
        }
    }

    private static Planes Of<TLikelihood>(int row, int column, ReconstructionShape shape, LikelihoodSettings law)
        where TLikelihood : struct, IStreamedLikelihood =>
        new() { Start = row * (TLikelihood.Outputs(law) * shape.Columns) + column, Stride = shape.Columns };
}
