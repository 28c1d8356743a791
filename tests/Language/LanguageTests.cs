using System.Runtime.InteropServices;

namespace VaeGpu.Tests.Language;

/// <summary>Runs a kernel on a device and the same method as plain C#; what both write must agree bit for bit.</summary>
public abstract class LanguageTests
{
    /// <summary>Groups larger than some vectors and a multiple of none.</summary>
    protected static readonly KernelConfig Groups = new(3, 21);

    private static readonly HostAccelerator host = new();

    /// <summary>As many small numbers of both signs as <see cref="Groups"/> has threads.</summary>
    protected static int[] Small { get; } = [.. Enumerable.Range(0, 63).Select(i => i * 37 % 23 - 6)];

    /// <summary>Numbers at the ends of the ranges of every integer type, and between.</summary>
    protected static int[] Extreme { get; } = [.. Enumerable.Range(0, 63).Select(i => (i % 9) switch
    {
        0 => int.MinValue + i / 9,
        1 => int.MaxValue - i / 9,
        2 => 127 + i / 18,
        3 => -128 - i / 18,
        4 => 32767 + i / 18,
        5 => -32769 + i / 18,
        6 => i / 9 - 3,
        7 => 1 << (i / 2),
        _ => i * 0x1234567,
    })];

    /// <summary>Numbers of every size and kind, NaN, infinities and both zeros among them.</summary>
    protected static float[] Floats { get; } =
    [
        .. new[] { 0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue, 1e10f, -3e18f,
            2147483647f, -2147483648f },
        .. new[] { 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 255.7f, 256f, -1f, 65535.5f, 4294967295f, 127.9f },
        .. Enumerable.Range(0, 41).Select(i => (i - 20) * 0.37f),
    ];

    protected static void Same<TOut>(TestDevice device, Action<ArrayView<int>, ArrayView<TOut>> kernel) where TOut : unmanaged =>
        Same(device, kernel, Small);

    protected static void Same<TIn, TOut>(
        TestDevice device, Action<ArrayView<TIn>, ArrayView<TOut>> kernel, TIn[] input, int outputs = 63, KernelConfig? config = null)
        where TIn : unmanaged where TOut : unmanaged
    {
        TOut[] actual = device.Run(accelerator => Run(accelerator, kernel, input, outputs, config ?? Groups));
        Assert.That(Comparable(actual), Is.EqualTo(Comparable(Run(host, kernel, input, outputs, config ?? Groups))));
    }

    /// <summary>What a kernel writes on a device, for those that plain C# cannot run.</summary>
    protected static TOut[] Run<TIn, TOut>(
        TestDevice device, Action<ArrayView<TIn>, ArrayView<TOut>> kernel, TIn[] input, int outputs, KernelConfig config)
        where TIn : unmanaged where TOut : unmanaged => device.Run(accelerator => Run(accelerator, kernel, input, outputs, config));

    private static TOut[] Run<TIn, TOut>(
        Accelerator accelerator, Action<ArrayView<TIn>, ArrayView<TOut>> kernel, TIn[] input, int outputs, KernelConfig config)
        where TIn : unmanaged where TOut : unmanaged
    {
        // As bytes: ILGPU makes no buffers of bool, or of structs that are laid out by hand.
        using var source = accelerator.Allocate1D(MemoryMarshal.AsBytes<TIn>(input).ToArray());
        var result = new TOut[outputs];
        using var target = accelerator.Allocate1D(MemoryMarshal.AsBytes<TOut>(result).ToArray());
        accelerator.LoadStreamKernel(kernel)(config, source.View.BaseView.Cast<TIn>(), target.View.BaseView.Cast<TOut>());
        accelerator.Synchronize();
        target.GetAsArray1D().CopyTo(MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }

    /// <summary>The bits; every NaN counts as the same.</summary>
    private static Array Comparable<T>(T[] values) where T : unmanaged => values switch
    {
        float[] floats => Array.ConvertAll(floats, f => float.IsNaN(f) ? -1 : BitConverter.SingleToInt32Bits(f)),
        double[] doubles => Array.ConvertAll(doubles, d => double.IsNaN(d) ? -1 : BitConverter.DoubleToInt64Bits(d)),
        _ => MemoryMarshal.AsBytes<T>(values).ToArray(),
    };
}
