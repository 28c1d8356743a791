namespace VaeGpu.Kernels.Likelihoods;

/// <summary>An <see cref="ILikelihood"/> as the kernels take it: a dimension's outputs are read into registers.</summary>
/// <remarks>
/// The gradient reads them again, but nothing is written in between, so that the compiler reads them once, and computes once what loss and
/// gradient share.
/// </remarks>
public struct InRegisters<TLikelihood> : IStreamedLikelihood
    where TLikelihood : struct, ILikelihood
{
    public static LikelihoodDescription Description => TLikelihood.Description;

    public static bool IsInRegisters => true;

    public static int Outputs(LikelihoodSettings settings) => TLikelihood.Outputs;

    public static FirstPass Sum(float x, ArrayView<float> outputs, Planes planes, LikelihoodSettings settings) =>
        new() { NegativeLog = TLikelihood.NegativeLog(x, Read(outputs, planes), settings) };

    public static void Differentiate(
        float x, ArrayView<float> outputs, Planes planes, FirstPass sums, ArrayView<float> gradient, float weight,
        LikelihoodSettings settings)
    {
        ArrayView<float> local = Read(outputs, planes);
        TLikelihood.Differentiate(x, local, settings);
        for (int k = 0; k < TLikelihood.Outputs; k++)
            Planes.Write(gradient, planes, k, weight * local[k]);
    }

    public static float Mean(ArrayView<float> outputs, Planes planes, LikelihoodSettings settings) =>
        TLikelihood.Mean(Read(outputs, planes), settings);

    public static float Sample(ArrayView<float> outputs, Planes planes, RandomWords words, LikelihoodSettings settings) =>
        TLikelihood.Sample(Read(outputs, planes), words, settings);

    private static ArrayView<float> Read(ArrayView<float> outputs, Planes planes)
    {
        ArrayView<float> local = LocalMemory.Allocate<float>(TLikelihood.Outputs);
        for (int k = 0; k < TLikelihood.Outputs; k++)
            local[k] = Planes.Read(outputs, planes, k);
        return local;
    }
}
