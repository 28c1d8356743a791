using VaeGpu.Kernels.Products;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The proof of the products on tensor cores, for a device that has them.</summary>
/// <remarks>
/// Each product against the sum of its rounded factors in double precision. The order of the additions is the hardware's: the error may
/// be a few units in the last place of a float for each term, in units of the terms' magnitudes. That is far less than what a factor that
/// was rounded wrongly makes.
/// </remarks>
internal sealed class TensorChecks(Accelerator accelerator)
{
    // 2^-22: additions that round to nearest have an error of 2^-24, those that cut off 2^-23.
    private const double ErrorOfAddition = 2.4e-7;

    private static readonly MatMulShape shape = new() { Rows = 67, Columns = 37, Depth = 53 };

    public IEnumerable<CheckResult> Run() => Backend.HasTensorCores(accelerator)
        ? [.. Run<Tf32>(Precision.Tf32, RoundTf32), .. Run<Bf16>(Precision.Bf16, RoundBf16)]
        : [];

    private IEnumerable<CheckResult> Run<TPrecision>(Precision precision, Func<float, double> round)
        where TPrecision : struct, ITensorPrecision
    {
        string subject = $"products in {precision.ToString().ToLowerInvariant()}";
        CheckResult Result(string check, double error) => new(subject, check, error, shape.Depth * ErrorOfAddition);
        double PlainError<TLeft, TRight>() where TLeft : struct, IOperand where TRight : struct, IOperand =>
            Error<TLeft, TRight>(round, Plain<TLeft, TRight>(precision));
        yield return Result("forward", PlainError<DepthFastest, DepthSlowest>());
        yield return Result("gradient of the input", PlainError<DepthFastest, DepthFastest>());
        yield return Result("gradient of the weights", PlainError<DepthSlowest, DepthSlowest>());
        yield return Result("forward, packed", Error<DepthFastest, DepthSlowest>(round, Packed<TPrecision>));
    }

    private Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> Plain<TLeft, TRight>(Precision precision)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand => (left, right, output) =>
            MatMulLauncher.Load<TLeft, TRight, Kernels.Products.Plain>(accelerator, precision)
                .Run(left, right, output, default, default, shape);

    private void Packed<TPrecision>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output)
        where TPrecision : struct, ITensorPrecision
    {
        var product = PackedProduct.Load<TPrecision, DepthFastest, DepthSlowest, Kernels.Products.Plain>(accelerator, processors: 1);
        using var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
        product.Run(left, right, output, default, default, shape, scratch.View);
        accelerator.Synchronize();
    }

    /// <summary>The greatest error of an element, in units of the sum of its terms' magnitudes.</summary>
    private double Error<TLeft, TRight>(Func<float, double> round, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> multiply)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        var inputs = new CheckInputs(29);
        float[] a = [.. Enumerable.Range(0, shape.Rows * shape.Depth).Select(_ => (float)inputs.Normal())];
        float[] b = [.. Enumerable.Range(0, shape.Depth * shape.Columns).Select(_ => (float)inputs.Normal())];
        float[] found = DeviceArrays.Result(
            accelerator, shape.Rows * shape.Columns, (arrays, output) => multiply(arrays.Of(a), arrays.Of(b), output));
        double worst = 0;
        for (int i = 0; i < found.Length; i++)
        {
            (int row, int column) = (i / shape.Columns, i % shape.Columns);
            double sum = 0, magnitude = 0;
            for (int k = 0; k < shape.Depth; k++)
            {
                double term = round(a[TLeft.DepthIsFastest ? row * shape.Depth + k : k * shape.Rows + row])
                    * round(b[TRight.DepthIsFastest ? column * shape.Depth + k : k * shape.Columns + column]);
                sum += term;
                magnitude += Math.Abs(term);
            }
            double error = Math.Abs(found[i] - sum) / magnitude;
            worst = error <= worst ? worst : error;
        }
        return worst;
    }

    /// <summary>10 bits of the fraction, to nearest, halves away from zero.</summary>
    private static double RoundTf32(float number) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(number) + (1 << 12)) & ~((1 << 13) - 1));

    /// <summary>7 bits of the fraction, to nearest, halves to even.</summary>
    private static double RoundBf16(float number)
    {
        int bits = BitConverter.SingleToInt32Bits(number);
        return BitConverter.Int32BitsToSingle((bits + 0x7fff + (bits >> 16 & 1)) & ~0xffff);
    }
}
