namespace VaeGpu.Layers.Models;

/// <summary>What training minimizes, up to the weights of its terms, by name.</summary>
/// <remarks>To add one, add a line here; <see cref="Posterior"/> has its gradient, and Vae64 of the tests its definition.</remarks>
public sealed class Objective : Choice<Objective>
{
    private Objective(bool hasFormula = false, bool weighsDraws = false, [CallerMemberName] string member = "") : base(member) =>
        (HasFormula, WeighsDraws) = (hasFormula, weighsDraws);

    /// <summary>The negative ELBO, KL by its formula.</summary>
    public static Objective Elbo { get; } = new(hasFormula: true);
    /// <summary>The negative ELBO, KL as log q(z∣x) − log p(z) at the draws.</summary>
    public static Objective MonteCarloElbo { get; } = new();
    /// <summary>The importance-weighted bound of the L draws (Burda, Grosse and Salakhutdinov 2016).</summary>
    public static Objective Iwae { get; } = new(weighsDraws: true);

    /// <summary>Whether KL is taken by its formula, dimension by dimension, and not at the draws.</summary>
    public bool HasFormula { get; }

    /// <summary>Whether draws weigh by p(x, z)/q(z∣x), and not alike.</summary>
    public bool WeighsDraws { get; }
}
