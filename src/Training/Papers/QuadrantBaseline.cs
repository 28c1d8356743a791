using VaeGpu.Kernels.Activations;
using VaeGpu.Training.Memory;
using Decoder = VaeGpu.Layers.Models.Decoder;

namespace VaeGpu.Training.Papers;

/// <summary>A deterministic network from the given pixels to the means of the missing ones, by their cross-entropy.</summary>
internal sealed class QuadrantBaseline : QuadrantNetwork
{
    private readonly Decoder network;
    private readonly ArrayView<float> inputGradient, none;

    public QuadrantBaseline(Accelerator accelerator, Quadrants images) : base(accelerator, images)
    {
        network = new Decoder(Workspace, Layout, Shape(images.Given.Length, images.Missing.Length), default);
        (inputGradient, none) = (Workspace.AllocateGradient(images.Given.Length), Workspace.Allocate(1));
        none.CopyFromCPU(new float[none.Length]);
        Initialize();
    }

    /// <summary>A decoder with two hidden layers of 500 from <paramref name="inputs"/> numbers to black-and-white pixels.</summary>
    public static VaeShape Shape(int inputs, int outputs) => new()
    {
        DataDimensions = outputs,
        LatentDimensions = inputs,
        Layers = new LinearLayers([500, 500], [500, 500]),
        Activation = Activation.Relu,
        Likelihood = Likelihood.Bernoulli,
        LikelihoodSettings = Likelihood.Bernoulli.Settings(new()),
        Prior = Prior.Network,
    };

    /// <summary>The means of the missing pixels of images, (rows, missing).</summary>
    public float[] Predictions(Quadrants images, int[] rows)
    {
        Load(images, rows);
        Predict(Given, Missing, rows.Length);
        return DeviceArrays.Read(Missing, rows.Length * images.Missing.Length);
    }

    /// <summary>The same on the device, for given pixels.</summary>
    public void Predict(ArrayView<float> given, ArrayView<float> means, int rows)
    {
        network.Forward(given, rows);
        network.Mean(means, rows);
    }

    protected override (ArrayView<float> Reconstruction, ArrayView<float> Divergence) Losses => (network.Loss, none);

    protected override void Forward(StepContext step) => network.Forward(Given, step.Rows);

    protected override void Backward(StepContext step)
    {
        network.LossAndGradient(Missing, step);
        network.Backward(Given, inputGradient, step.Rows);
    }

    protected override void Evaluate(StepContext step) => network.EvaluateLoss(Missing, step.Rows);

    protected override void DisposeNetworks() => network.Dispose();
}
