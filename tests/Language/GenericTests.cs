namespace VaeGpu.Tests.Language;

public sealed class GenericTests : LanguageTests
{
    public interface IShape
    {
        int Width { get; }
        float Apply(float x);
        static abstract int Steps { get; }
        static abstract T Twice<T>(T value) where T : struct;
        static virtual int Extra => 2;
    }

    public readonly struct Plain : IShape
    {
        public int Width => 2;
        public float Apply(float x) => x + 1;
        public static int Steps => 3;
        public static T Twice<T>(T value) where T : struct => value;
    }

    public readonly struct Fancy : IShape
    {
        private const float Factor = 1.5f;
        private static readonly float Offset = 0.25f;
        int IShape.Width => 5;
        float IShape.Apply(float x) => x * Factor + Offset;
        static int IShape.Steps => Width * 2;
        static T IShape.Twice<T>(T value) => value;
        public static int Extra => 7;
        private static int Width => 1;
    }

    [EveryCompiler]
    public void Policies_give_instance_and_static_members(TestDevice device)
    {
        Same<float>(device, Policy<Plain>);
        Same<float>(device, Policy<Fancy>);
    }

    public static void Policy<T>(ArrayView<int> x, ArrayView<float> y) where T : struct, IShape
    {
        int i = Grid.GlobalIndex.X;
        float v = x[i];
        for (int k = 0; k < T.Steps; k++)
            v = default(T).Apply(v);
        y[i] = T.Twice(v) + default(T).Width + T.Extra;
    }

    public interface IMonoid<T> where T : unmanaged
    {
        static abstract T Zero { get; }
        static abstract T Add(T a, T b);
    }

    public readonly struct SumOfInts : IMonoid<int>
    {
        public static int Zero => 0;
        public static int Add(int a, int b) => a + b;
    }

    public readonly struct Both<T, TA, TB> : IMonoid<StructTests.Pair<T>>
        where T : unmanaged where TA : struct, IMonoid<T> where TB : struct, IMonoid<T>
    {
        public static StructTests.Pair<T> Zero => new(TA.Zero, TB.Zero);
        public static StructTests.Pair<T> Add(StructTests.Pair<T> a, StructTests.Pair<T> b) =>
            new(TA.Add(a.First, b.First), TB.Add(a.Second, b.Second));
    }

    public readonly struct LargestInt : IMonoid<int>
    {
        public static int Zero => int.MinValue;
        public static int Add(int a, int b) => Math.Max(a, b);
    }

    [EveryCompiler]
    public void Generic_helpers_take_types_made_of_types(TestDevice device) => Same<int>(device, Composed);

    public static void Composed(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        StructTests.Pair<int> both = Fold<StructTests.Pair<int>, Both<int, SumOfInts, LargestInt>>(new(x[i], x[0]), 4);
        y[i] = both.First * 100 + both.Second + Fold<int, SumOfInts>(i, 3);
    }

    private static T Fold<T, TMonoid>(T value, int times) where T : unmanaged where TMonoid : struct, IMonoid<T>
    {
        T sum = TMonoid.Zero;
        for (int k = 0; k < times; k++)
            sum = TMonoid.Add(sum, value);
        return sum;
    }

    [EveryCompiler]
    public void Policies_held_in_fields_are_called(TestDevice device) => Same<float>(device, HeldPolicy);

    public readonly struct Affine(float scale, float shift) : IShape
    {
        public int Width => (int)scale;
        public float Apply(float x) => x * scale + shift;
        public static int Steps => 1;
        public static T Twice<T>(T value) where T : struct => value;
    }

    public struct Layer<T>(T shape) where T : struct, IShape
    {
        public T Shape = shape;
        public int Calls;

        public float Run(float x)
        {
            Calls++;
            return Shape.Apply(x);
        }
    }

    public static void HeldPolicy(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        var layer = new Layer<Affine>(new Affine(x[i], 0.5f));
        float v = 1;
        while (layer.Calls < 3)
            v = layer.Run(v);
        y[i] = v + layer.Shape.Width;
    }

    private const int Answer = 42;
    private static readonly double half = 0.5;
    private static readonly BranchTests.Color favorite = BranchTests.Color.Blue;

    private static int Computed { get; } = Answer / 2;

    [EveryCompiler]
    public void Constants_and_readonly_statics_are_numbers(TestDevice device) => Same<double>(device, Constants);

    public static void Constants(ArrayView<int> x, ArrayView<double> y) =>
        y[Grid.GlobalIndex.X] = Answer * half + Computed + (int)favorite + x[Grid.GlobalIndex.X] + float.MaxValue + sizeof(int)
            + (double)MathF.PI;
}
