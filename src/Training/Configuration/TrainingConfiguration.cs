using VaeGpu.Kernels.Products;

namespace VaeGpu.Training.Configuration;

/// <summary>How a model is trained: on shuffled batches.</summary>
public sealed record TrainingConfiguration
{
    /// <summary>Examples of a step.</summary>
    [Setting("batch", "images", "Images in a step", Least = 1, Most = 1 << 16)]
    public int Batch { get; init; } = 128;

    /// <summary>
    /// Parts of a batch whose gradients are computed by themselves and then added in a binary tree, on up to as many processes: a power of
    /// two. Results depend on it in the rounding of these sums, and never on the number of processes.
    /// </summary>
    [Setting("shards", "n", "Parts of a batch that are computed one by one, or by as many processes: 1, 2, 4, 8, …", Least = 1,
        Most = Distributed.ShardPlan.Most)]
    public int Shards { get; init; } = 1;

    /// <summary>Passes over the training images, in all.</summary>
    [Setting("epochs", "n", "Passes over the training images", Least = 1)]
    public int Epochs { get; init; } = 10;

    /// <summary>Epochs without a lower held-out value of what is minimized after which training stops; 0 for never.</summary>
    [Setting("patience", "epochs", "Stop after so many epochs without a better held-out loss; 0 for never")]
    public int Patience { get; init; }

    /// <summary>Adam's step size, or what <see cref="OptimizerConfiguration.Schedule"/> makes of it.</summary>
    [Setting("lr", "rate", "Learning rate", Least = 1e-12, Most = 1e3)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>What the first parameters, the order of the images and the noise follow from.</summary>
    [Setting("seed", "n", "Seed of the parameters, the order of images, the noise and the built-in digits", Most = uint.MaxValue)]
    public uint Seed { get; init; } = 1;

    /// <summary>The numbers that matrix products multiply.</summary>
    [Setting("precision", "numbers",
        "Format of the factors of matrix products; tf32 and bf16 use the tensor cores of a CUDA GPU and change the results")]
    public Precision Precision { get; init; }

    /// <summary>What is minimized.</summary>
    public ObjectiveConfiguration Objective { get; init; } = new();

    /// <summary>How it is minimized.</summary>
    public OptimizerConfiguration Optimizer { get; init; } = new();
}
