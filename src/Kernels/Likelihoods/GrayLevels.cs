namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Classes 0 … n−1 as numbers: the class of x is ⌊Scale·x + Constant⌋, within the classes, and k's number is k/Width.</summary>
public static class GrayLevels
{
    /// <summary>Gray levels of [0, 1]: n intervals of equal width; with n = 256 each of a picture's bytes is its own class.</summary>
    public static LikelihoodSettings OfGray(int count) => new() { Scale = count, Width = count - 1 };

    /// <summary>Bytes that are symbols, divided by 255 as <see cref="Batch"/> does.</summary>
    public static LikelihoodSettings OfSymbols(int count) => new() { Scale = 255, Constant = 0.5f, Width = 255, Count = count };

    /// <summary>Numbers that are classes themselves, as the codes of a table's categorical column are.</summary>
    public static LikelihoodSettings OfCodes(int count) => new() { Scale = 1f, Constant = 0.5f, Width = 1f, Count = count };

    /// <summary>The class of x, below <paramref name="count"/>.</summary>
    public static int Class(float x, LikelihoodSettings settings, int count) =>
        (int)Bounds.Clamp(MathF.FusedMultiplyAdd(settings.Scale, x, settings.Constant), 0f, count - 1);
}
