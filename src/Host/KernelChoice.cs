using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host;

/// <summary>Some kernels of the product.</summary>
/// <param name="Name">A part of the kernels' names; null for all.</param>
/// <param name="Step">The name of the only step, or a word of it; null for all.</param>
internal sealed record KernelChoice(string? Name, string? Step)
{
    /// <summary>The full name of the step, or of the first one whose name has the word; null for all.</summary>
    /// <exception cref="UsageException">No training step has that name.</exception>
    public string? StepName => Step is null
        ? null
        : KernelCatalogue.StepNames.FirstOrDefault(name => name.Equals(Step, StringComparison.OrdinalIgnoreCase))
            ?? KernelCatalogue.StepNames.FirstOrDefault(name => name.Split(' ', ',').Contains(Step, StringComparer.OrdinalIgnoreCase))
            ?? throw new UsageException(
                $"--step: there is no step \"{Step}\". There are: {string.Join("; ", KernelCatalogue.StepNames)}.");

    /// <summary>Says that no kernel is among them.</summary>
    public UsageException NoKernel => new(StepName is not { } step
        ? $"No kernel has \"{Name}\" in its name. \"vaegpu kernels\" lists all."
        : $"No kernel of the step \"{step}\" has \"{Name}\" in its name. \"vaegpu kernels --step '{step}'\" lists all.");

    /// <summary>Whether a kernel's name has the part.</summary>
    public bool IsAsked(string kernel) => Name is null || kernel.Contains(Name, StringComparison.OrdinalIgnoreCase);
}
