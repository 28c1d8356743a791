using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels;

/// <summary>The sizes of two matrices set side by side.</summary>
public struct JoinShape
{
    public int Rows;
    /// <summary>Columns of the left matrix.</summary>
    public int Left;
    /// <summary>Columns of the right matrix; may be 0.</summary>
    public int Right;
    /// <summary>How often each row of the left matrix is taken.</summary>
    public int LeftRepeats;
    /// <summary>How often each row of the right matrix is taken.</summary>
    public int RightRepeats;
}

/// <summary>What gives a network a label beside its input: one-hot rows, and matrices side by side.</summary>
/// <remarks>Everything is row-major; group i has row i of the result. Copies: memory-bound. No barriers. Test: VaeTests.</remarks>
public static class Condition
{
    /// <summary>oneHot[i, c] = 1 where c is the label of the batch's row i, else 0; rows are those of <see cref="Batch.Gather"/>.</summary>
    public static void Gather(ArrayView<byte> labels, ArrayView<float> oneHot, ArrayView<ControlBlock> control, BatchShape shape)
    {
        int row = Grid.IdxX;
        int label = labels[Batch.SourceRow(control[0], row, shape)];
        for (int first = 0; first < shape.Columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < shape.Columns)
                oneHot[row * shape.Columns + column] = column == label ? 1f : 0f;
        }
    }

    /// <summary>joined[i] = [left[i / LeftRepeats] | right[i / RightRepeats]].</summary>
    public static void Join(ArrayView<float> left, ArrayView<float> right, ArrayView<float> joined, JoinShape shape)
    {
        int row = Grid.IdxX;
        int columns = shape.Left + shape.Right;
        int leftStart = row / shape.LeftRepeats * shape.Left;
        int rightStart = row / shape.RightRepeats * shape.Right - shape.Left;
        for (int first = 0; first < columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < columns)
                joined[row * columns + column] = column < shape.Left ? left[leftStart + column] : right[rightStart + column];
        }
    }

    /// <summary>
    /// left[i] = the left part of joined[i], times f'(saved[i]): <see cref="Join"/>'s gradient, taken through the activation below;
    /// <c>saved</c> may be any view of as many elements where that is the identity.
    /// </summary>
    public static void TakeLeft<TActivation>(ArrayView<float> joined, ArrayView<float> saved, ArrayView<float> left, JoinShape shape)
        where TActivation : struct, IActivation
    {
        int row = Grid.IdxX;
        for (int first = 0; first < shape.Left; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            int target = row * shape.Left + column;
            if (column < shape.Left)
                left[target] = joined[row * (shape.Left + shape.Right) + column] * TActivation.Derivative(saved[target]);
        }
    }
}
