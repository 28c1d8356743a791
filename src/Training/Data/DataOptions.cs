using VaeGpu.Kernels;

namespace VaeGpu.Training.Data;

/// <summary>How data of files is read where there is a choice. A run keeps it, so that other data is read alike.</summary>
public sealed record DataOptions
{
    /// <summary>Whether pictures that cannot be read are left out.</summary>
    [Setting("skip-damaged", "", "Leave pictures out that cannot be read, and report how many")]
    public bool SkipDamaged { get; init; }
}
