namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>A piece of OpenCL C that gives a value.</summary>
/// <param name="Text">The text.</param>
/// <param name="Atomic">Whether it needs no parentheses as an operand.</param>
/// <param name="Unsigned">Whether its C type is the unsigned one; variables are always signed.</param>
/// <param name="Index">Of a pointer: the elements to go on from <paramref name="Text"/>.</param>
internal readonly record struct Expression(string Text, bool Atomic = true, bool Unsigned = false, string? Index = null)
{
    /// <summary>The text as an operand.</summary>
    public string Operand => Index is not null ? $"({Text} + {Index})" : Atomic ? Text : $"({Text})";

    /// <summary>The text where nothing can bind tighter.</summary>
    public string Whole => Index is not null ? $"{Text} + {Index}" : Text;
}
