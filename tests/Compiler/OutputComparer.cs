using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>Compares what two targets wrote: any NaN equals any NaN, all else must be the same bit for bit.</summary>
internal static class OutputComparer
{
    /// <summary>The first difference in words; null where there is none.</summary>
    public static string? FirstDifference(KernelOutput[] expected, KernelOutput[] actual)
    {
        for (int o = 0; o < expected.Length; o++)
        {
            int size = expected[o].Type.Bytes();
            for (int at = 0; at < expected[o].Bytes.Length; at += size)
            {
                object wanted = Element(expected[o], at), got = Element(actual[o], at);
                if (!Same(wanted, got))
                    return $"{expected[o].Name}[{at / size}] is {got}, not {wanted}";
            }
        }
        return null;
    }

    private static object Element(KernelOutput output, int at) => output.Type switch
    {
        // Boxed one by one, or all would become doubles first.
        MemoryType.I32 => (object)BitConverter.ToInt32(output.Bytes, at),
        MemoryType.F32 => (object)BitConverter.ToSingle(output.Bytes, at),
        MemoryType.I64 => (object)BitConverter.ToInt64(output.Bytes, at),
        _ => (object)BitConverter.ToDouble(output.Bytes, at),
    };

    private static bool Same(object a, object b) => (a, b) switch
    {
        (float x, float y) => float.IsNaN(x) ? float.IsNaN(y) : BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y),
        (double x, double y) => double.IsNaN(x) ? double.IsNaN(y) : BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y),
        _ => a.Equals(b),
    };
}
