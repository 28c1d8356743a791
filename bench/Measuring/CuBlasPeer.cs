using ILGPU.Runtime.Cuda;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Measuring;

/// <summary>cuBLAS through ILGPU.Algorithms, on the first CUDA device: the peer of matrix products.</summary>
internal sealed class CuBlasPeer : IDisposable
{
    /// <summary>cublasSetMathMode's CUBLAS_TF32_TENSOR_OP_MATH, which the binding does not name.</summary>
    private const CuBlasMathMode Tf32Math = (CuBlasMathMode)3;

    private readonly Context context;
    private readonly CudaAccelerator accelerator;
    private readonly CuBlas library;
    private readonly List<MemoryBuffer> buffers = [];

    private CuBlasPeer(Context context)
    {
        this.context = context;
        accelerator = context.CreateCudaAccelerator(0);
        library = new CuBlas(accelerator);
    }

    /// <summary>The library's version: 120400 is 12.4.</summary>
    public int Version => library.Version;

    /// <summary>Loads the library; else null, with the reason.</summary>
    public static (CuBlasPeer? Peer, string Reason) TryOpen(BenchDevice device)
    {
        if (!device.IsGpu)
            return (null, $"cuBLAS does not run on {device.Name}");
        Context? context = null;
        try
        {
            context = Context.Create(builder => builder.Cuda());
            return (new(context), "");
        }
        catch (Exception e) when (
            e is DllNotFoundException or NotSupportedException or AcceleratorException or ArgumentException or IndexOutOfRangeException)
        {
            context?.Dispose();
            return (null, $"cuBLAS cannot be loaded: {e.Message}");
        }
    }

    /// <summary>Products of a shape, so many in a run; null, with the reason, where the binding cannot.</summary>
    /// <remarks>A row-major product is the column-major product of the transposed factors in the other order.</remarks>
    public (Sampler? Sampler, string Reason) Product(Precision precision, MatMulShape shape, bool leftTurned, int repeats)
    {
        if (precision == Precision.Bf16)
            return (null, "ILGPU.Algorithms has no cublasGemmEx");
        ArrayView<float> left = Factor(shape.Rows * shape.Depth), right = Factor(shape.Depth * shape.Columns),
            output = Factor(shape.Rows * shape.Columns);
        CuBlasOperation leftOperation = leftTurned ? CuBlasOperation.Transpose : CuBlasOperation.NonTranspose;
        library.MathMode = precision == Precision.Tf32 ? Tf32Math : CuBlasMathMode.DefaultMath;
        library.Stream = (CudaStream)accelerator.DefaultStream;
        return (Samplers.Of(accelerator, () =>
        {
            for (int i = 0; i < repeats; i++)
            {
                library.Gemm(CuBlasOperation.NonTranspose, leftOperation, shape.Columns, shape.Rows, shape.Depth, 1f,
                    right, shape.Columns, left, leftTurned ? shape.Rows : shape.Depth, 0f, output, shape.Columns);
            }
        }), "");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        buffers.ForEach(buffer => buffer.Dispose());
        library.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    private ArrayView<float> Factor(int length)
    {
        var buffer = accelerator.Allocate1D(Data.Normal(length));
        buffers.Add(buffer);
        return buffer.View;
    }
}
