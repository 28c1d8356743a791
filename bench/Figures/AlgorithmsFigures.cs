using ILGPU.Algorithms;
using ILGPU.Algorithms.Random;
using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Bench.Figures;

/// <summary>A function of one number, as a type: the kernel is compiled for each.</summary>
internal interface IFunction
{
    /// <summary>f(x).</summary>
    static abstract float Apply(float x);
}

/// <summary>
/// The functions of <see cref="Kernels.Numerics"/> beside those of ILGPU.Algorithms' XMath, in speed and accuracy, and the uniform
/// numbers of <see cref="Philox"/> beside those of its random number generators.
/// </summary>
/// <remarks>
/// Both sides read and write the same memory, small enough for a processor's second-level cache. XMath has no cosine of turns: the
/// rounding of 2πx counts among its errors, which are relative and so largest about the zeros.
/// </remarks>
internal static class AlgorithmsFigures
{
    private const int Count = 1 << 16;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            yield return Function<OwnExp, XMathExp>(device, effort, "exp", Math.Exp, -20, 20);
            yield return Function<OwnLog, XMathLog>(device, effort, "log", Math.Log, 1e-3f, 1e3f);
            yield return Function<OwnTanh, XMathTanh>(device, effort, "tanh", Math.Tanh, -4, 4);
            yield return Function<OwnCos, XMathCos>(device, effort, "cos 2πx", x => Math.Cos(2 * Math.PI * x), -1, 1);
            string size = $"{Count:N0} floats";
            yield return Uniform<XorShift128>(device, effort, size, "XorShift128");
            yield return Uniform<XorShift64Star>(device, effort, size, "XorShift64*");
        }
    }

    /// <summary>values[i] = f(inputs[i]).</summary>
    internal static void Map<TFunction>(ArrayView<float> inputs, ArrayView<float> values, int count) where TFunction : struct, IFunction
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i < count)
            values[i] = TFunction.Apply(inputs[i]);
    }

    /// <summary>Four uniform numbers from each block of <see cref="Philox"/>.</summary>
    internal static void DrawUniform(ArrayView<float> values, uint step, int blocks)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i < blocks)
        {
            RandomWords words = Philox.Draw(1, RandomPurpose.Data, step, (uint)i);
            values[4 * i] = Philox.Uniform(words.A);
            values[4 * i + 1] = Philox.Uniform(words.B);
            values[4 * i + 2] = Philox.Uniform(words.C);
            values[4 * i + 3] = Philox.Uniform(words.D);
        }
    }

    private static Figure Function<TOwn, TPeer>(
        BenchDevice device, Effort effort, string what, Func<double, double> exact, float least, float most)
        where TOwn : struct, IFunction
        where TPeer : struct, IFunction => Figure.Attempt(what, device.Name, $"{Count:N0} floats", () =>
    {
        Accelerator accelerator = device.Accelerator;
        float[] inputs = Array.ConvertAll(Data.Uniform(Count), u => least + u * (most - least));
        using var source = accelerator.Allocate1D(inputs);
        using var target = accelerator.Allocate1D<float>(Count);
        var ownKernel = Map<TOwn>;
        var peerKernel = Map<TPeer>;
        var own = accelerator.LoadStreamKernel(ownKernel);
        var peer = accelerator.LoadStreamKernel(peerKernel);
        KernelConfig config = Cover(accelerator, Count);
        double ownError = Error(own), peerError = Error(peer);
        Samples samples = Alternation.Measure(effort,
            Samplers.Of(accelerator, () => own(config, source.View, target.View, Count)),
            Samplers.Of(accelerator, () => peer(config, source.View, target.View, Count)));
        return Compared(device, what, $"{Count:N0} floats", samples, "XMath") with
        {
            Note = $"errors at most {Ulps(ownError)}, of XMath {Ulps(peerError)}",
        };

        double Error(Action<KernelConfig, ArrayView<float>, ArrayView<float>, int> launch)
        {
            launch(config, source.View, target.View, Count);
            float[] values = target.GetAsArray1D();
            return inputs.Select((x, i) => UnitsInTheLastPlace(values[i], exact(x))).Max();
        }
    });

    private static Figure Uniform<TProvider>(BenchDevice device, Effort effort, string size, string peer)
        where TProvider : unmanaged, IRandomProvider<TProvider> => Figure.Attempt($"uniform, Philox beside {peer}", device.Name, size, () =>
    {
        Accelerator accelerator = device.Accelerator;
        using var values = accelerator.Allocate1D<float>(Count);
        using var generator = RNG.Create<TProvider>(accelerator, new Random(1));
        var kernel = DrawUniform;
        var draw = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Cover(accelerator, Count / 4);
        uint step = 0;
        Samples samples = Alternation.Measure(effort,
            Samplers.Of(accelerator, () => draw(config, values.View, step++, Count / 4)),
            Samplers.Of(accelerator, () => generator.FillUniform(accelerator.DefaultStream, values.View)));
        return Compared(device, $"uniform, Philox beside {peer}", size, samples, peer);
    });

    private static Figure Compared(BenchDevice device, string what, string size, Samples samples, string peer)
    {
        Quantity Rate(Spread seconds) => Quantity.Giga(Count, seconds, "G/s");
        return new(what, device.Name, size) { Value = Rate(samples.Seconds(0)), Beside = Comparison.OfTimes(peer, samples, Rate) };
    }

    private static KernelConfig Cover(Accelerator accelerator, int count)
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        return Launch.Config(Launch.Groups(count, groupSize), groupSize);
    }

    private static string Ulps(double error) => $"{Numbers.Three(error)} ulp";

    /// <summary>|value − exact| in units of the distance of the floats about the exact value.</summary>
    private static double UnitsInTheLastPlace(float value, double exact) =>
        Math.Abs(value - exact) / Math.Max(MathF.BitIncrement(MathF.Abs((float)exact)) - MathF.Abs((float)exact), float.Epsilon);

    private readonly struct OwnExp : IFunction { public static float Apply(float x) => Exponential.Exp(x); }
    private readonly struct OwnLog : IFunction { public static float Apply(float x) => Logarithm.Log(x); }
    private readonly struct OwnTanh : IFunction { public static float Apply(float x) => Sigmoids.Tanh(x); }
    private readonly struct OwnCos : IFunction { public static float Apply(float x) => Turns.Cos(x); }
    private readonly struct XMathExp : IFunction { public static float Apply(float x) => XMath.Exp(x); }
    private readonly struct XMathLog : IFunction { public static float Apply(float x) => XMath.Log(x); }
    private readonly struct XMathTanh : IFunction { public static float Apply(float x) => XMath.Tanh(x); }
    private readonly struct XMathCos : IFunction { public static float Apply(float x) => XMath.Cos(2f * MathF.PI * x); }
}
