namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The sizes of a reconstruction.</summary>
public struct ReconstructionShape
{
    /// <summary>Rows of outputs.</summary>
    public int Rows;
    /// <summary>Rows of outputs, one below the other, that belong to one row of data: draws of an example. 0 counts as 1.</summary>
    public int Repeats;
    /// <summary>Data dimensions D; the decoder gives <see cref="IStreamedLikelihood.Outputs"/> numbers for each.</summary>
    public int Columns;
    /// <summary>Numbers of an example behind those, which another kernel takes: codes of <see cref="CategoricalColumns"/>.</summary>
    public int OtherColumns;
    /// <summary>Outputs of the decoder behind those, for the other columns.</summary>
    public int OtherOutputs;
    /// <summary>Rows of outputs of the whole batch, where these are a shard's; else 0.</summary>
    public int BatchRows;

    /// <summary>The row of data of a row of outputs.</summary>
    public static int DataRow(int row, int repeats) => row / Math.Max(1, repeats);
}

/// <summary>The loss −log p(x∣z) of each row and its gradient with respect to the decoder's output, for any likelihood.</summary>
/// <remarks>
/// <para>Layouts, row-major: data (rows/repeats, D); outputs and their gradient (rows, K·D) with K = Outputs, [first output | second |
/// …]; loss (rows), in nats and without weight. Rows are longer where other columns stand behind the D. The gradient carries the factor
/// likelihood weight / rows of the batch: the objective is a mean.</para>
/// <para>Threads: group i has row i, its threads stride over the dimensions; each element is read, used twice and overwritten
/// by one thread, so the gradient can replace the outputs. 1024 shared bytes and the barriers of <see cref="RowReduction"/>.</para>
/// <para>Bytes moved per dimension: 4 + 8K of an <see cref="InRegisters{TLikelihood}"/>, whose exponentials that both formulas share are
/// computed once, where <see cref="Loss"/> and <see cref="Gradient"/>, the unfused twins, move 8 + 12K. What is streamed moves 4 + 12K
/// fused and 8 + 16K unfused; where a row of outputs fits the cache the second read is free. The settings (1) lie in device memory.
/// Tests: LikelihoodTests.</para>
/// </remarks>
public static class Reconstruction
{
    /// <summary>The loss of each row, and the gradient in place of the outputs.</summary>
    public static void LossAndGradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxX;
        var term = new LossAndGradientTerm<TLikelihood>
        {
            Data = data,
            Outputs = outputs,
            Settings = settings[0],
            Shape = shape,
            Row = row,
            DataRow = ReconstructionShape.DataRow(row, shape.Repeats),
            Weight = control[0].LikelihoodWeight / Shard.OrRows(shape.BatchRows, shape.Rows),
        };
        float total = TLikelihood.IsInRegisters
            ? RowReduction.Sum<LossAndGradientTerm<TLikelihood>, TwoTerms>(term, shape.Columns)
            : RowReduction.Sum<LossAndGradientTerm<TLikelihood>, StreamedTerms>(term, shape.Columns);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <summary>The loss of each row alone: evaluation, and the first of the unfused twins.</summary>
    public static void Loss<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<LikelihoodSettings> settings,
        ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxX;
        var term = new LossTerm<TLikelihood>
        {
            Data = data,
            Outputs = outputs,
            Settings = settings[0],
            Shape = shape,
            Row = row,
            DataRow = ReconstructionShape.DataRow(row, shape.Repeats),
        };
        float total = TLikelihood.IsInRegisters
            ? RowReduction.Sum<LossTerm<TLikelihood>, FourTerms>(term, shape.Columns)
            : RowReduction.Sum<LossTerm<TLikelihood>, StreamedTerms>(term, shape.Columns);
        if (Group.IdxX == 0)
            loss[row] = total;
    }

    /// <summary>The gradient alone, into a buffer of its own: the second unfused twin. Group (x, y) has columns x·G … of row y.</summary>
    public static void Gradient<TLikelihood>(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradient, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings told = settings[0];
        float weight = control[0].LikelihoodWeight / Shard.OrRows(shape.BatchRows, shape.Rows);
        if (column < shape.Columns)
        {
            Planes planes = Of<TLikelihood>(row, column, shape, told);
            float x = data[Index(ReconstructionShape.DataRow(row, shape.Repeats), column, shape)];
            FirstPass sums = TLikelihood.Sum(x, outputs, planes, told);
            TLikelihood.Differentiate(x, outputs, planes, sums, gradient, weight, told);
        }
    }

    /// <summary>The mean of p(x∣z), (rows, D): what a reconstruction shows. Group (x, y) has columns x·G … of row y.</summary>
    public static void Mean<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> mean, ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings told = settings[0];
        if (column < shape.Columns)
            mean[Index(row, column, shape)] = TLikelihood.Mean(outputs, Of<TLikelihood>(row, column, shape, told), told);
    }

    /// <summary>A draw from p(x∣z), (rows, D), keyed by (seed, data, step, element). Group (x, y) has columns x·G … of row y.</summary>
    public static void Sample<TLikelihood>(
        ArrayView<float> outputs, ArrayView<float> sample, ArrayView<ControlBlock> control,
        ArrayView<LikelihoodSettings> settings, ReconstructionShape shape)
        where TLikelihood : struct, IStreamedLikelihood
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        LikelihoodSettings told = settings[0];
        ControlBlock now = control[0];
        if (column < shape.Columns)
        {
            int index = Index(row, column, shape);
            RandomWords words = Philox.Draw(now.Seed, RandomPurpose.Data, (uint)now.Step, (uint)index);
            sample[index] = TLikelihood.Sample(outputs, Of<TLikelihood>(row, column, shape, told), words, told);
        }
    }

    private static Planes Of<TLikelihood>(int row, int column, ReconstructionShape shape, LikelihoodSettings settings)
        where TLikelihood : struct, IStreamedLikelihood =>
        new()
        {
            Start = row * (TLikelihood.Outputs(settings) * shape.Columns + shape.OtherOutputs) + column, Stride = shape.Columns,
        };

    private static int Index(int row, int column, ReconstructionShape shape) => row * (shape.Columns + shape.OtherColumns) + column;

    private struct LossTerm<TLikelihood> : IRowTerm
        where TLikelihood : struct, IStreamedLikelihood
    {
        public ArrayView<float> Data, Outputs;
        public LikelihoodSettings Settings;
        public ReconstructionShape Shape;
        public int Row, DataRow;

        public readonly float AddTo(float sum, int column)
        {
            Planes planes = Of<TLikelihood>(Row, column, Shape, Settings);
            return sum + TLikelihood.Sum(Data[Index(DataRow, column, Shape)], Outputs, planes, Settings).NegativeLog;
        }
    }

    /// <summary>Replaces the outputs of one dimension by their gradient, and adds its loss.</summary>
    private struct LossAndGradientTerm<TLikelihood> : IRowTerm
        where TLikelihood : struct, IStreamedLikelihood
    {
        public ArrayView<float> Data, Outputs;
        public LikelihoodSettings Settings;
        public ReconstructionShape Shape;
        public int Row, DataRow;
        public float Weight;

        public readonly float AddTo(float sum, int column)
        {
            Planes planes = Of<TLikelihood>(Row, column, Shape, Settings);
            float x = Data[Index(DataRow, column, Shape)];
            FirstPass sums = TLikelihood.Sum(x, Outputs, planes, Settings);
            TLikelihood.Differentiate(x, Outputs, planes, sums, Outputs, Weight, Settings);
            return sum + sums.NegativeLog;
        }
    }
}
