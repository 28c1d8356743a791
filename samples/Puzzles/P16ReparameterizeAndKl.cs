namespace VaeGpu.Puzzles;

public static class P16ReparameterizeAndKl
{
    public static void Kernel(
        ArrayView<float> mean, ArrayView<float> logVariance, ArrayView<float> noise, ArrayView<float> z, ArrayView<float> kl)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "The latent draw z = μ + σ·ε and its KL term ½·(μ² + σ² − ln σ² − 1), where logVariance holds ln σ². Both in one "
        + "pass: read each input once.",
        Kernel, new KernelConfig(2, 8),
        [
            Numbers.Of(13, i => 0.2f * i - 1), Numbers.Of(13, i => 0.3f * i - 2), Numbers.Of(13, i => i % 3 - 1),
            new Expected(Numbers.Of(13, i => 0.2f * i - 1 + MathF.Exp(0.15f * i - 1) * (i % 3 - 1))),
            new Expected(Numbers.Of(
                13, i => ((0.2f * i - 1) * (0.2f * i - 1) + MathF.Exp(0.3f * i - 2) - (0.3f * i - 2) - 1) / 2)),
        ],
        Best: new(GlobalReads: 39, GlobalWrites: 26, Sectors: 10, Busiest: 5),
        Hint: "σ = exp(½·ln σ²), and σ² is σ·σ. A thread keeps what it has read in variables. "
        + "Do not forget the guard.") { CostsCount = true };
}
