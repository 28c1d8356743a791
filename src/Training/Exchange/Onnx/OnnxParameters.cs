using System.Runtime.InteropServices;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>The bytes of a model's tensors, which its files share.</summary>
internal sealed class OnnxParameters
{
    /// <summary>Bytes of a file: protocol buffers have less than 2 GB, and graph and metadata take some of them.</summary>
    private const long Most = int.MaxValue - (1 << 25);
    private readonly Dictionary<TorchTensor, byte[]> bytes;

    /// <exception cref="RunException">A file would have 2 GB or more.</exception>
    public OnnxParameters(ExportedModel model)
    {
        long total = sizeof(float) * model.Torch.Tensors.Sum(tensor => (long)tensor.Length);
        if (Math.Max(Size(model.Torch.Encoder), Size(model.Torch.Decoder) + Size(model.Torch.Prior)) > Most)
        {
            throw new RunException(
                $"The model has {total >> 20} MB of parameters, and ONNX files have less than 2 GB each; use another format.");
        }
        bytes = model.Torch.Tensors.AsParallel().Select(tensor => (Tensor: tensor, Bytes: BytesOf(tensor, model.Parameters)))
            .ToDictionary(tensor => tensor.Tensor, tensor => tensor.Bytes);
    }

    /// <summary>The bytes of a tensor in PyTorch's layout, float32, little-endian.</summary>
    public ReadOnlyMemory<byte> this[TorchTensor tensor] => bytes[tensor];

    private static long Size(TorchLayer[] layers) =>
        sizeof(float) * layers.Sum(layer => (long)(layer.Weight?.Length ?? 0) + (layer.Bias?.Length ?? 0));

    private static byte[] BytesOf(TorchTensor tensor, float[] parameters)
    {
        var bytes = new byte[sizeof(float) * tensor.Length];
        var place = 0;
        foreach (ReadOnlyMemory<float> piece in tensor.Pieces(parameters))
        {
            MemoryMarshal.AsBytes(piece.Span).CopyTo(bytes.AsSpan(place));
            place += sizeof(float) * piece.Length;
        }
        return bytes;
    }
}
