using VaeGpu.Kernels.Step;

namespace VaeGpu.Layers.Models;

/// <summary>What belongs to one step.</summary>
/// <param name="Control">The counters: seed and step, which noise is drawn by, and the weights of the objective.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Purpose">What noise is for: one of <see cref="RandomPurpose"/>.</param>
public readonly record struct StepContext(ArrayView<ControlBlock> Control, int Rows, uint Purpose = RandomPurpose.Latent);
