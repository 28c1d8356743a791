namespace VaeGpu.Training.Data;

/// <summary>The cyclic redundancy check of PNG and gzip (ISO 3309): polynomial 0xEDB88320, bits reversed.</summary>
public static class Crc32
{
    private static readonly uint[] Remainders = Table();

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
            crc = Remainders[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] Table()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++)
                table[i] = (table[i] >> 1) ^ (0xEDB88320 & (0 - (table[i] & 1)));
        }
        return table;
    }
}
