using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Tensor cores with factors rounded to bf16: half as many bits, and twice as many products.</summary>
/// <remarks>Factors keep 8 significant bits. Predecessor: <see cref="MatMul12TensorCores"/>. Held by the tests of the tensor
/// kernels.</remarks>
internal static class MatMul13Bf16
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) =>
        MatMul12TensorCores.Load(accelerator, sizes, Precision.Bf16);
}
