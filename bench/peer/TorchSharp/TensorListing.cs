using System.Globalization;
using TorchSharp;
using TorchSharp.PyBridge;

namespace VaeGpu.TorchSharp;

/// <summary>The tensors of a safetensors file as TorchSharp reads them.</summary>
internal static class TensorListing
{
    /// <summary>Writes a line for each tensor: its name, its shape, its first and its last number.</summary>
    public static void Print(string path)
    {
        foreach (var (name, tensor) in Safetensors.LoadStateDict(path))
        {
            float[] numbers = tensor.data<float>().ToArray();
            Console.WriteLine($"{name} [{string.Join(", ", tensor.shape)}] {Digits(numbers[0])} {Digits(numbers[^1])}");
        }
    }

    private static string Digits(float number) => number.ToString("G9", CultureInfo.InvariantCulture).Replace("E-", "e-");
}
