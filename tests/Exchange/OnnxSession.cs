using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VaeGpu.Tests.Exchange;

/// <summary>A file in ONNX Runtime.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession session;

    public OnnxSession(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new InferenceSession(path, options);
    }

    /// <summary>The names of the inputs.</summary>
    public IEnumerable<string> Inputs => session.InputMetadata.Keys;

    /// <summary>Text by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata => session.ModelMetadata.CustomMetadataMap;

    /// <summary>The outputs by name, whole numbers as float32, for those of the inputs that it has.</summary>
    public Dictionary<string, float[]> Run(int rows, params (string Name, Array Values)[] inputs)
    {
        NamedOnnxValue[] given =
            [.. inputs.Where(input => session.InputMetadata.ContainsKey(input.Name)).Select(input => Value(rows, input))];
        using var results = session.Run(given);
        return results.ToDictionary(result => result.Name, result =>
        {
            int[] sides = session.OutputMetadata[result.Name].Dimensions;
            Assert.That(Sides(result)[1..], Is.EqualTo(sides[1..]), $"{result.Name}: the sides are those that the file declares");
            return result.Value is Tensor<long> codes ? [.. codes.Select(code => (float)code)] : result.AsEnumerable<float>().ToArray();
        });
    }

    public void Dispose() => session.Dispose();

    private NamedOnnxValue Value(int rows, (string Name, Array Values) input)
    {
        int[] sides = [.. session.InputMetadata[input.Name].Dimensions.Select((side, axis) => axis == 0 ? rows : side)];
        return input.Values is long[] codes
            ? NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<long>(codes, sides))
            : NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<float>((float[])input.Values, sides));
    }

    private static int[] Sides(NamedOnnxValue value) =>
        value.Value is Tensor<long> codes ? codes.Dimensions.ToArray() : value.AsTensor<float>().Dimensions.ToArray();
}
