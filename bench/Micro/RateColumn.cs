using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using VaeGpu.Bench.Figures;

namespace VaeGpu.Bench.Micro;

/// <summary>A column of what a fused pair does in a second: counted operations, or bytes, over the median time.</summary>
internal sealed class RateColumn(string unit, string what, Func<(long Flops, long Bytes), long> count) : IColumn
{
    /// <summary>10⁹ operations and 10⁹ bytes a second.</summary>
    public static IColumn[] All { get; } =
    [
        new RateColumn("GFLOP/s", "operations", counts => counts.Flops),
        new RateColumn("GB/s", "bytes of device memory", counts => counts.Bytes),
    ];

    public string Id => $"{nameof(RateColumn)}.{unit}";
    public string ColumnName => unit;
    public string Legend => $"10⁹ {what} a second, counted on a stand-in for the device, over the median time";
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) =>
        summary.BenchmarksCases.Any(one => one.Descriptor.Type == typeof(FusionBenchmarks));

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (benchmarkCase.Descriptor.Type != typeof(FusionBenchmarks)
            || summary[benchmarkCase]?.ResultStatistics is not { Median: > 0 } time)
            return "–";
        var device = (string)benchmarkCase.Parameters[nameof(FusionBenchmarks.Device)];
        var pair = (string)benchmarkCase.Parameters[nameof(FusionBenchmarks.Pair)];
        bool isFused = benchmarkCase.Descriptor.WorkloadMethod.Name == nameof(FusionBenchmarks.Fused);
        // Nanoseconds: the units of 10⁹ a second.
        return (count(FusionBenchmarks.Count(device, pair, isFused)) / time.Median).ToString("F1", style.CultureInfo);
    }
}
