using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>What data of a known kind holds.</summary>
internal static class ExampleContents
{
    extension(ExampleSet set)
    {
        public byte[] Pixels => ((ImageSet)set).Pixels;

        public byte[] Symbols => ((TextSet)set).Symbols;

        public float[] Values => ((TableSet)set).Values;
    }

    extension(DataSplit data)
    {
        public IReadOnlyList<ColumnScale> Columns => ((TableFormat)data.Format).Columns;

        public string Alphabet => ((TextFormat)data.Format).Alphabet;
    }
}
