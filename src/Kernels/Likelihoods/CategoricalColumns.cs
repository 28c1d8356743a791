namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The sizes of a batch whose examples are N numbers and then the codes of C categorical columns.</summary>
public struct CategoricalShape
{
    /// <summary>Rows of outputs.</summary>
    public int Rows;
    /// <summary>That of <see cref="ReconstructionShape"/>.</summary>
    public int Repeats;
    /// <summary>Numbers of an example, N; the codes follow.</summary>
    public int Numbers;
    /// <summary>Categorical columns, C.</summary>
    public int Columns;
    /// <summary>Categories of all columns, ΣK: a logit each.</summary>
    public int Logits;
    /// <summary>Outputs of the decoder before the logits: those of the likelihood of the numbers.</summary>
    public int OtherOutputs;
    /// <summary>That of <see cref="ReconstructionShape"/>.</summary>
    public int BatchRows;
}

/// <summary>
/// Categorical columns of a table: column j has K_j categories, its datum is a code from 0 to K_j − 1, and
/// −log p(x) = Σⱼ log Σₖ e^l_jk − l_j,xⱼ: the formulas are those of <see cref="Categorical"/>. <see cref="Reconstruction"/> has
/// the numbers beside them; both together are a mixed likelihood.
/// </summary>
/// <remarks>
/// <para>Layouts, row-major: data (rows/repeats, N + C), [numbers | codes]; outputs and their gradient (rows, OtherOutputs + ΣK), the
/// logits of a column side by side; starts (C + 1), column j's logits being those from starts[j] to starts[j + 1]; loss (rows), in nats and
/// without weight: what is there is added to. The gradient carries the factor likelihood weight / rows of the batch.</para>
/// <para>Threads: group i of a loss has row i, its threads stride over the columns; a thread streams the logits of its column twice,
/// and the second read finds them in a cache. 1024 shared bytes and the barriers of <see cref="RowReduction"/>. Where each element has a
/// thread, group (x, y) has elements x·G … of row y. Memory-bound. Tests: CategoricalColumnsTests.</para>
/// </remarks>
public static class CategoricalColumns
{
    /// <summary>Adds the loss of each row's categorical columns, and puts the gradient in the place of their logits.</summary>
    public static void LossAndGradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<ControlBlock> control, ArrayView<int> starts,
        CategoricalShape shape)
    {
        float total = RowReduction.Sum(
            new LossAndGradientTerm
            {
                Data = data,
                Outputs = outputs,
                Starts = starts,
                Shape = shape,
                Row = Grid.IdxX,
                DataRow = ReconstructionShape.DataRow(Grid.IdxX, shape.Repeats),
                Weight = control[0].LikelihoodWeight / Shard.OrRows(shape.BatchRows, shape.Rows),
            },
            shape.Columns);
        if (Group.IdxX == 0)
            loss[Grid.IdxX] += total;
    }

    /// <summary>Adds the loss alone: evaluation, and the first of the unfused twins.</summary>
    public static void Loss(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> loss, ArrayView<int> starts, CategoricalShape shape)
    {
        float total = RowReduction.Sum(
            new LossTerm
            {
                Data = data,
                Outputs = outputs,
                Starts = starts,
                Shape = shape,
                Row = Grid.IdxX,
                DataRow = ReconstructionShape.DataRow(Grid.IdxX, shape.Repeats),
            },
            shape.Columns);
        if (Group.IdxX == 0)
            loss[Grid.IdxX] += total;
    }

    /// <summary>The gradient alone, into a buffer of its own: the second of the unfused twins. A thread has a column.</summary>
    public static void Gradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradient, ArrayView<ControlBlock> control, ArrayView<int> starts,
        CategoricalShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        float weight = control[0].LikelihoodWeight / Shard.OrRows(shape.BatchRows, shape.Rows);
        if (column < shape.Columns)
        {
            LikelihoodSettings settings = SettingsOf(starts, column);
            Planes planes = LogitsOf(Grid.IdxY, column, starts, shape);
            float code = data[CodeOf(ReconstructionShape.DataRow(Grid.IdxY, shape.Repeats), column, shape)];
            FirstPass sums = Categorical.Sum(code, outputs, planes, settings);
            Categorical.Differentiate(code, outputs, planes, sums, gradient, weight, settings);
        }
    }

    /// <summary>The code of the most probable category, the first of equals, in the place of a datum. A thread has a column.</summary>
    public static void Mode(ArrayView<float> outputs, ArrayView<float> modes, ArrayView<int> starts, CategoricalShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            Planes planes = LogitsOf(Grid.IdxY, column, starts, shape);
            int count = starts[column + 1] - starts[column];
            float greatest = Logits.Read(outputs, planes, 0);
            int mode = 0;
            for (int k = 1; k < count; k++)
            {
                float logit = Logits.Read(outputs, planes, k);
                mode = logit > greatest ? k : mode;
                greatest = logit > greatest ? logit : greatest;
            }
            modes[CodeOf(Grid.IdxY, column, shape)] = mode;
        }
    }

    /// <summary>A code drawn from p(x∣z), keyed by (seed, data, step, element), in the place of a datum. A thread has a column.</summary>
    public static void Sample(
        ArrayView<float> outputs, ArrayView<float> sample, ArrayView<ControlBlock> control, ArrayView<int> starts, CategoricalShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        ControlBlock now = control[0];
        if (column < shape.Columns)
        {
            int index = CodeOf(Grid.IdxY, column, shape);
            RandomWords words = Philox.Draw(now.Seed, RandomPurpose.Data, (uint)now.Step, (uint)index);
            Planes planes = LogitsOf(Grid.IdxY, column, starts, shape);
            sample[index] = Categorical.Sample(outputs, planes, words, SettingsOf(starts, column));
        }
    }

    /// <summary>
    /// What an encoder reads, (rows, N + ΣK): the numbers, and for each column a 1 at its category and else 0. <paramref name="columns"/>
    /// (ΣK) names the column of each category. A thread has an element.
    /// </summary>
    public static void OneHot(
        ArrayView<float> data, ArrayView<float> oneHot, ArrayView<int> starts, ArrayView<int> columns, CategoricalShape shape)
    {
        int element = Grid.IdxX * Group.DimX + Group.IdxX;
        int length = shape.Numbers + shape.Logits;
        int row = Grid.IdxY * (shape.Numbers + shape.Columns);
        if (element < length)
        {
            float value;
            if (element < shape.Numbers)
            {
                value = data[row + element];
            }
            else
            {
                int category = element - shape.Numbers;
                int column = columns[category];
                int count = starts[column + 1] - starts[column];
                int code = GrayLevels.Class(data[row + shape.Numbers + column], GrayLevels.OfCodes(count), count);
                value = category - starts[column] == code ? 1f : 0f;
            }
            oneHot[Grid.IdxY * length + element] = value;
        }
    }

    private static LikelihoodSettings SettingsOf(ArrayView<int> starts, int column) =>
        GrayLevels.OfCodes(starts[column + 1] - starts[column]);

    private static int CodeOf(int row, int column, CategoricalShape shape) =>
        row * (shape.Numbers + shape.Columns) + shape.Numbers + column;

    private static Planes LogitsOf(int row, int column, ArrayView<int> starts, CategoricalShape shape) =>
        new() { Start = row * (shape.OtherOutputs + shape.Logits) + shape.OtherOutputs + starts[column], Stride = 1 };

    private struct LossTerm : IRowTerm
    {
        public ArrayView<float> Data, Outputs;
        public ArrayView<int> Starts;
        public CategoricalShape Shape;
        public int Row, DataRow;

        public readonly float AddTo(float sum, int column)
        {
            float code = Data[CodeOf(DataRow, column, Shape)];
            return sum + Categorical.Sum(code, Outputs, LogitsOf(Row, column, Starts, Shape), SettingsOf(Starts, column)).NegativeLog;
        }
    }

    /// <summary>Replaces the logits of one column by their gradient, and adds its loss.</summary>
    private struct LossAndGradientTerm : IRowTerm
    {
        public ArrayView<float> Data, Outputs;
        public ArrayView<int> Starts;
        public CategoricalShape Shape;
        public int Row, DataRow;
        public float Weight;

        public readonly float AddTo(float sum, int column)
        {
            LikelihoodSettings settings = SettingsOf(Starts, column);
            Planes planes = LogitsOf(Row, column, Starts, Shape);
            float code = Data[CodeOf(DataRow, column, Shape)];
            FirstPass sums = Categorical.Sum(code, Outputs, planes, settings);
            Categorical.Differentiate(code, Outputs, planes, sums, Outputs, Weight, settings);
            return sum + sums.NegativeLog;
        }
    }
}
