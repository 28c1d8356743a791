using VaeGpu.Kernels;

namespace VaeGpu.Training.Configuration;

/// <summary>How a model is trained: on shuffled batches.</summary>
public sealed record TrainingConfiguration
{
    /// <summary>Examples of a step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Passes over the training images, in all.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Adam's step size, or what <see cref="OptimizerConfiguration.Schedule"/> makes of it.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>What the first parameters, the order of the images and the noise follow from.</summary>
    public uint Seed { get; init; } = 1;

    /// <summary>The numbers that matrix products multiply.</summary>
    public Precision Precision { get; init; }

    /// <summary>What is minimised.</summary>
    public ObjectiveConfiguration Objective { get; init; } = new();

    /// <summary>How it is minimised.</summary>
    public OptimizerConfiguration Optimizer { get; init; } = new();
}
