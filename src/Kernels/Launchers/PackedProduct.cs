using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>A large product on tensor cores: both factors packed (<see cref="Pack"/>) for <see cref="PackedMatMul"/>.</summary>
public sealed class PackedProduct : IPackedProduct
{
    private readonly int processors;
    private readonly Func<int, int> words;
    private readonly Loaded<Floats, ArrayView<uint>, PackShape> packLeft, packRight;
    private readonly Loaded<ArrayView<uint>, ArrayView<uint>, Floats, Floats, Floats, MatMulShape> multiply;

    private PackedProduct(
        int processors, Func<int, int> words,
        Loaded<Floats, ArrayView<uint>, PackShape> packLeft, Loaded<Floats, ArrayView<uint>, PackShape> packRight,
        Loaded<ArrayView<uint>, ArrayView<uint>, Floats, Floats, Floats, MatMulShape> multiply) =>
        (this.processors, this.words, this.packLeft, this.packRight, this.multiply) = (processors, words, packLeft, packRight, multiply);

    /// <summary>The product of any operands and epilogue on a device of so many processors.</summary>
    public static PackedProduct Load<TPrecision, TLeft, TRight, TEpilogue>(Accelerator accelerator, int processors)
        where TPrecision : struct, ITensorPrecision
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => new(
            processors, Pack.Words<TPrecision>, new(accelerator, Pack.Run<TPrecision, TLeft>),
            new(accelerator, Pack.Run<TPrecision, TRight>), new(accelerator, PackedMatMul.Multiply<TPrecision, TEpilogue>));

    /// <summary>
    /// Whether a product has enough blocks for three quarters of the processors, since smaller blocks lose more than that; and no more
    /// lines than can be packed, nor words than can be counted.
    /// </summary>
    public bool IsFor(MatMulShape shape) =>
        4L * PackedMatMul.GridFor(shape.Rows, shape.Columns).Size >= 3L * processors
        && Math.Max(Left(shape).PackedLines, Right(shape).PackedLines) <= Pack.MostLines
        && ScratchLength(shape) <= int.MaxValue;

    /// <inheritdoc/>
    public long ScratchLength(MatMulShape shape) => ((long)Left(shape).PackedLines + Right(shape).PackedLines) * words(shape.Depth);

    /// <inheritdoc/>
    public void Run(Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch)
    {
        PackShape leftShape = Left(shape), rightShape = Right(shape);
        ArrayView<uint> packed = scratch.Cast<uint>();
        int leftLength = leftShape.PackedLines * leftShape.Words;
        ArrayView<uint> packedLeft = packed.SubView(0, leftLength);
        ArrayView<uint> packedRight = packed.SubView(leftLength, rightShape.PackedLines * rightShape.Words);
        packLeft.Launch(Pack.Config(leftShape), left, packedLeft, leftShape);
        packRight.Launch(Pack.Config(rightShape), right, packedRight, rightShape);
        multiply.Launch(PackedMatMul.Config(shape.Rows, shape.Columns), packedLeft, packedRight, output, bias, saved, shape);
    }

    private PackShape Left(MatMulShape shape) => Shape(shape.Rows, shape.Depth, PackedMatMul.Rows);

    private PackShape Right(MatMulShape shape) => Shape(shape.Columns, shape.Depth, PackedMatMul.Columns);

    private PackShape Shape(int lines, int depth, int block) =>
        new() { Lines = lines, Depth = depth, PackedLines = Launch.Groups(lines, block) * block, Words = words(depth) };
}
