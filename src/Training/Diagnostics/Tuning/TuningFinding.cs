using VaeGpu.Layers;

namespace VaeGpu.Training.Diagnostics.Tuning;

/// <summary>What was measured of one <see cref="Kernels.Devices.Tunable"/>.</summary>
/// <param name="Tunable">What was varied.</param>
/// <param name="BuiltIn">The built-in choice.</param>
/// <param name="Best">The fastest candidate for all products together, the built-in choice not among them.</param>
/// <param name="Gain">How much faster it is for all of them.</param>
/// <param name="Products">The same product by product.</param>
public sealed record TuningFinding(
    Tunable Tunable, DeviceTuning BuiltIn, DeviceTuning Best, Speedup Gain, IReadOnlyList<ProductFinding> Products)
{
    /// <summary>The choice that follows: a gain within the spread keeps the built-in one.</summary>
    public DeviceTuning Choice => Gain.IsBeyondSpread ? Best : BuiltIn;
}

/// <summary>What was measured of one product.</summary>
/// <param name="Product">The product.</param>
/// <param name="Count">How many of its shape a training step has.</param>
/// <param name="FlopsPerSecond">The speed of the built-in choice.</param>
/// <param name="Best">The fastest candidate for this product, the built-in choice not among them.</param>
/// <param name="Gain">How much faster it is.</param>
public sealed record ProductFinding(LayerProduct Product, int Count, double FlopsPerSecond, DeviceTuning Best, Speedup Gain);

/// <summary>What tuning ends with.</summary>
/// <param name="Choice">The choice; the built-in one where nothing is faster beyond the spread.</param>
/// <param name="Gain">How much faster the choice is for all products and convolutions; null for the built-in choice.</param>
public sealed record TuningResult(DeviceTuning Choice, Speedup? Gain);
