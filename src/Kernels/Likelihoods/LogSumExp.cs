namespace VaeGpu.Kernels.Likelihoods;

/// <summary>log Σ eˡ of numbers that are met one by one: the greatest of them, and Σ e^(l − greatest).</summary>
/// <remarks>One exponential a number: it scales the sum where the number is the new greatest, and is the term where not.</remarks>
public struct LogSumExp
{
    /// <summary>The greatest number so far.</summary>
    public float Greatest;
    /// <summary>Σ e^(l − greatest): between 1 and how many there were.</summary>
    public float Sum;

    /// <summary>Of no numbers; all that are added lie above −10³⁰.</summary>
    public static LogSumExp Empty => new() { Greatest = -1e30f };

    /// <summary>With one number more.</summary>
    public static LogSumExp Add(LogSumExp so, float number)
    {
        float above = number - so.Greatest;
        float factor = Exponential.ExpOfNegative(-MathF.Abs(above));
        bool isGreatest = above > 0f;
        return new()
        {
            Greatest = isGreatest ? number : so.Greatest,
            Sum = isGreatest ? MathF.FusedMultiplyAdd(so.Sum, factor, 1f) : so.Sum + factor,
        };
    }

    /// <summary>The logarithm of the sum, less <paramref name="number"/>.</summary>
    public static float Minus(LogSumExp so, float number) => so.Greatest - number + Logarithm.Log(so.Sum);

    /// <summary>A number's share of the sum: softmax.</summary>
    public static float Share(LogSumExp so, float number) => Exponential.ExpOfNegative(number - so.Greatest) / so.Sum;
}
