namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Virtual registers, numbered by type; the driver maps them to the GPU's.</summary>
internal sealed class Registers
{
    /// <summary>The letters of registers, and the types that they are declared with.</summary>
    private static readonly (string Prefix, string Type)[] kinds =
        [("%p", "pred"), ("%r", "b32"), ("%rd", "b64"), ("%f", "f32"), ("%fd", "f64")];
    private readonly int[] counts = new int[kinds.Length];

    public string New(IrType type)
    {
        string prefix = PtxTypes.Prefix(type);
        return prefix + counts[Array.FindIndex(kinds, kind => kind.Prefix == prefix)]++.ToString(CultureInfo.InvariantCulture);
    }

    public void Declare(StringBuilder text)
    {
        for (int i = 0; i < kinds.Length; i++)
        {
            if (counts[i] > 0)
                text.Append(CultureInfo.InvariantCulture, $"    .reg .{kinds[i].Type} {kinds[i].Prefix}<{counts[i]}>;\n");
        }
    }
}

/// <summary>What stands for a value in an instruction.</summary>
/// <param name="Text">A register or a literal.</param>
/// <param name="Offset">Of a pointer: the bytes to go on from there.</param>
/// <param name="Negated">Of a Bool: whether it is the opposite of the register.</param>
internal readonly record struct Operand(string Text, long Offset = 0, bool Negated = false);
