namespace VaeGpu.Puzzles;

public static class P17LossAndGradient
{
    public static void Kernel(ArrayView<float> x, ArrayView<float> m, ArrayView<float> loss)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "A likelihood of your own, the Cauchy distribution of width 1: loss −log p(x∣m) = ln π + ln(1 + (x − m)²), and "
        + "its gradient with respect to m, 2·(m − x) / (1 + (x − m)²). The gradient takes the place of m. Read each input "
        + "once. Logarithm.Log1p(y) is ln(1 + y).",
        Kernel, new KernelConfig(2, 8),
        [
            Numbers.Of(13, i => i), new Expected(Numbers.Of(13, i => 2 * (3 - 0.5f * i) / (1 + (3 - 0.5f * i) * (3 - 0.5f * i))))
            {
                Before = Numbers.Of(13, i => 3 + 0.5f * i),
            },
            new Expected(Numbers.Of(13, i => MathF.Log(MathF.PI) + MathF.Log(1 + (3 - 0.5f * i) * (3 - 0.5f * i)))),
        ],
        Best: new(GlobalReads: 26, GlobalWrites: 26, Sectors: 8, Busiest: 4),
        Hint: "With d = m − x, both need 1 + d². Read m before it is replaced; no other thread reads it.") { CostsCount = true };
}
