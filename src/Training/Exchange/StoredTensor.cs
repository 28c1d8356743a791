namespace VaeGpu.Training.Exchange;

/// <summary>A tensor in a file, not yet read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">The lengths of its axes.</param>
/// <param name="Type">The type of its numbers, in the words of its format.</param>
/// <param name="Read">Reads its numbers as float32.</param>
internal sealed record StoredTensor(string Name, int[] Shape, string Type, Func<float[]> Read)
{
    /// <summary>Numbers in all; the format's reader has checked that the file holds them.</summary>
    public long Length => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>The shape as Python writes it.</summary>
    public string ShapeInWords => InWords(Shape);

    /// <inheritdoc cref="ShapeInWords"/>
    public static string InWords(int[] shape) => $"({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")})";
}
