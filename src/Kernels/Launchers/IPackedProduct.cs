using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>A product that lays out its factors in scratch memory before it multiplies them.</summary>
internal interface IPackedProduct
{
    /// <summary>Whether packing pays for a product of this shape, and can be done.</summary>
    bool IsFor(MatMulShape shape);

    /// <summary>The floats of scratch memory that both packed factors take.</summary>
    long ScratchLength(MatMulShape shape);

    /// <summary>Launches the two packings and the product.</summary>
    /// <param name="left">(rows, depth), or as the operand says.</param>
    /// <param name="right">(depth, columns), or as the operand says.</param>
    /// <param name="output">(rows, columns).</param>
    /// <param name="bias">As the epilogue says.</param>
    /// <param name="saved">As the epilogue says.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> floats that begin at a multiple of 16 bytes; their contents are lost.</param>
    void Run(Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch);
}
