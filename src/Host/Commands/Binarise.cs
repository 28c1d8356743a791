namespace VaeGpu.Host.Commands;

/// <summary>When grey pixels are drawn black or white.</summary>
internal enum Binarise
{
    /// <summary>They stay grey.</summary>
    Never,

    /// <summary>When the data is loaded.</summary>
    Once,
}
