using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Numerics;

// A kernel of your own beside the library's: softmax of each row, one group for each. The library's functions and reductions compile
// into it, and every device gives the same bits.
const int Rows = 3, Columns = 100;
var random = new Random(1);
float[] logits = [.. Enumerable.Range(0, Rows * Columns).Select(_ => 8 * random.NextSingle() - 4)];
foreach (string name in (string[])["cpu", "interpreter"])
{
    using Backend device = Backend.Open(name);
    Accelerator accelerator = device.Accelerator;
    using var values = accelerator.Allocate1D(logits);
    var softmax = accelerator.LoadStreamKernel<ArrayView<float>, int>(Kernels.Softmax);
    softmax((Rows, DeviceTuning.For(accelerator).RowGroupSize(Columns)), values.View, Columns);
    float[] shares = values.GetAsArray1D();
    uint bits = shares.Aggregate(0u, (hash, share) => hash * 31 + BitConverter.SingleToUInt32Bits(share));
    Console.WriteLine($"{name,-12} sum of the first row {shares.Take(Columns).Sum():F6}, bits {bits:x8}");
}

internal static class Kernels
{
    /// <summary>Each row becomes e^x / Σ e^x. The logits are small enough for the sum to be finite.</summary>
    public static void Softmax(ArrayView<float> values, int columns)
    {
        var row = new Row { Values = values, Start = Grid.IdxX * columns };
        float sum = RowReduction.Sum(row, columns);
        for (int column = Group.IdxX; column < columns; column += Group.DimX)
            values[row.Start + column] = Exponential.Exp(values[row.Start + column]) / sum;
    }

    private struct Row : IRowTerm
    {
        public ArrayView<float> Values;
        public int Start;

        public readonly float AddTo(float sum, int column) => sum + Exponential.Exp(Values[Start + column]);
    }
}
