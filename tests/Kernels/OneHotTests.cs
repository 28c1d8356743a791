using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Tests.Kernels;

public class OneHotTests
{
    [EveryDevice]
    public void Each_symbol_becomes_a_row_with_a_single_one(TestDevice device) => device.Run(accelerator =>
    {
        // Every byte, an alphabet of two, and sizes that no group divides.
        foreach ((int rows, int columns, int classes) in ((int, int, int)[])[(1, 256, 256), (3, 5, 2), (7, 1, 3), (2, 11, 31)])
        {
            int[] symbols = [.. Enumerable.Range(0, rows * columns).Select(i => i * 7 % classes)];
            using var values = new Guarded(accelerator, Array.ConvertAll(symbols, symbol => symbol / 255f));
            using var oneHot = new Guarded(accelerator, symbols.Length * classes);
            var kernel = OneHot.Run;
            accelerator.LoadStreamKernel(kernel)(
                new(new Index3D(Launch.Groups(columns * classes, 16), rows, 1), new Index3D(16, 1, 1)), values.View, oneHot.View,
                Categorical.SettingsOfSymbols(classes), new OneHotShape { Columns = columns, Classes = classes });
            float[] expected = [.. symbols.SelectMany(symbol => Enumerable.Range(0, classes).Select(k => k == symbol ? 1f : 0f))];
            Compare.Bits(oneHot.Read(), expected, $"{rows}×{columns} of {classes}");
        }
        return true;
    });
}
