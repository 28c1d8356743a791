using VaeGpu.Layers;

namespace VaeGpu.Training.Exchange;

/// <summary>
/// A parameter as PyTorch has it. Stored here is a matrix (inputs, outputs), the taps of a convolution being inputs; PyTorch has its
/// transpose, and images in planes. With r and c the <paramref name="Rows"/> and <paramref name="Columns"/>:
/// torch[j, i] = stored[r(i), c(j)].
/// </summary>
/// <param name="Slice">Where it lies among the model's parameters.</param>
/// <param name="Shape">PyTorch's shape.</param>
/// <param name="Rows">The stored row of each of PyTorch's inputs; null where they are the same.</param>
/// <param name="Columns">The stored column of each of PyTorch's outputs; null where they are the same.</param>
internal sealed record TorchTensor(ParameterSlice Slice, int[] Shape, int[]? Rows = null, int[]? Columns = null)
{
    /// <summary>Columns that are turned at a time: as many numbers of a stored row as fill a few lines of a cache.</summary>
    private const int Strip = 64;

    /// <summary>The name in a state dict.</summary>
    public string Name => Slice.Name;

    /// <summary>Numbers of the tensor.</summary>
    public int Length => Slice.Length;

    /// <summary>PyTorch's numbers, in pieces that follow one another; a piece stands until the next is asked for.</summary>
    /// <param name="parameters">The model's parameters.</param>
    public IEnumerable<ReadOnlyMemory<float>> Pieces(float[] parameters)
    {
        var piece = new float[(long)Math.Min(Strip, Slice.Columns) * Slice.Rows];
        for (int first = 0, count; first < Slice.Columns; first += count)
        {
            count = Math.Min(Strip, Slice.Columns - first);
            for (var row = 0; row < Slice.Rows; row++)
            {
                int start = Start(row);
                for (var j = 0; j < count; j++)
                    piece[j * Slice.Rows + row] = parameters[start + Column(first + j)];
            }
            yield return piece.AsMemory(0, count * Slice.Rows);
        }
    }

    /// <summary>Puts PyTorch's numbers where they belong among the model's parameters.</summary>
    public void Put(ReadOnlySpan<float> torch, Span<float> parameters)
    {
        for (int first = 0, count; first < Slice.Columns; first += count)
        {
            count = Math.Min(Strip, Slice.Columns - first);
            for (var row = 0; row < Slice.Rows; row++)
            {
                int start = Start(row);
                for (var j = 0; j < count; j++)
                    parameters[start + Column(first + j)] = torch[(first + j) * Slice.Rows + row];
            }
        }
    }

    private int Start(int row) => Slice.Offset + (Rows is null ? row : Rows[row]) * Slice.Columns;

    private int Column(int column) => Columns is null ? column : Columns[column];
}
