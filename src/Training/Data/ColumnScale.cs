namespace VaeGpu.Training.Data;

/// <summary>How a table's column was standardized: a value v became (v − mean)/deviation.</summary>
public sealed record ColumnScale(string Name, double Mean, double Deviation);
