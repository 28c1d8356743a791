using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace VaeGpu.Training.Exchange;

/// <summary>The type of the numbers of a tensor in a file. Models hold float32, to which others are converted.</summary>
internal sealed record NumberType(string Name, int Bytes, Action<ReadOnlySpan<byte>, Span<float>> ToSingle)
{
    public static NumberType Float16 { get; } = new(
        "F16", 2, (bytes, numbers) => TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, System.Half>(bytes), numbers));

    /// <summary>The upper half of a float32.</summary>
    public static NumberType BFloat16 { get; } = new("BF16", 2, (bytes, numbers) =>
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < halves.Length; i++)
            numbers[i] = BitConverter.Int32BitsToSingle(halves[i] << 16);
    });

    public static NumberType Float32 { get; } = new("F32", 4, (bytes, numbers) => MemoryMarshal.Cast<byte, float>(bytes).CopyTo(numbers));

    /// <summary>Rounded to the nearest float32; infinite beyond its range.</summary>
    public static NumberType Float64 { get; } = new("F64", 8, (bytes, numbers) =>
    {
        ReadOnlySpan<double> wide = MemoryMarshal.Cast<byte, double>(bytes);
        for (var i = 0; i < wide.Length; i++)
            numbers[i] = (float)wide[i];
    });

    /// <summary>The types that are read.</summary>
    public static NumberType[] All { get; } = [Float16, BFloat16, Float32, Float64];
}
