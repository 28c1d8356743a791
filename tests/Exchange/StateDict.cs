using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace VaeGpu.Tests.Exchange;

/// <summary>Writes .safetensors files as other programs do.</summary>
internal static class StateDict
{
    /// <summary>Tensors of float32, one behind the other.</summary>
    public static byte[] Of(params (string Name, int[] Shape, float[] Values)[] tensors) =>
        Of([.. tensors.Select(tensor => (tensor.Name, "F32", tensor.Shape, MemoryMarshal.AsBytes<float>(tensor.Values).ToArray()))]);

    /// <summary>Tensors of any type.</summary>
    public static byte[] Of(params (string Name, string Type, int[] Shape, byte[] Values)[] tensors)
    {
        long end = 0;
        var header = tensors.ToDictionary(tensor => tensor.Name, tensor => new Dictionary<string, object>
        {
            ["dtype"] = tensor.Type, ["shape"] = tensor.Shape, ["data_offsets"] = (long[])[end, end += tensor.Values.Length],
        });
        return File(JsonSerializer.Serialize(header), [.. tensors.SelectMany(tensor => tensor.Values)]);
    }

    /// <summary>A file of a header and numbers.</summary>
    public static byte[] File(string header, byte[] numbers) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. numbers];
}
