using VaeGpu.Kernels.Launchers;
using OptimizerKernel = System.Action<
    ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    ILGPU.ArrayView<VaeGpu.Kernels.Step.ControlBlock>, VaeGpu.Kernels.Step.FlatShape, VaeGpu.Kernels.Optimizers.AdamSettings>;

namespace VaeGpu.Kernels.Optimizers;

/// <summary>The optimizers by name; the types have their formulas.</summary>
/// <remarks>To add one, write its kernel in this folder, with the arguments of <see cref="AdamW.Run"/>, and a line here.</remarks>
public sealed class Optimizer : Choice<Optimizer>
{
    private readonly OptimizerKernel kernel;

    private Optimizer(OptimizerKernel kernel, bool decaysWeights = false, [CallerMemberName] string member = "") : base(member) =>
        (this.kernel, DecaysWeights) = (kernel, decaysWeights);

    public static Optimizer Adam { get; } = new(Optimizers.Adam.Run);
    public static Optimizer Adamw { get; } = new(AdamW.Run, decaysWeights: true);

    /// <summary>Whether it reads <see cref="AdamSettings.WeightDecay"/>.</summary>
    public bool DecaysWeights { get; }

    /// <summary>Loads the kernel on a device.</summary>
    internal Loaded<Floats, Floats, Floats, Floats, Floats, Control, FlatShape, AdamSettings> Load(Accelerator accelerator) =>
        new(accelerator, kernel);
}
