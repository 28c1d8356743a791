using BenchmarkDotNet.Attributes;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Micro;

/// <summary>Each fusion of a training step beside the launches that it replaces, on every device.</summary>
public class FusionBenchmarks
{
    private static readonly Dictionary<(string, string, bool), (long Flops, long Bytes)> counted = [];
    private Buffers buffers = null!;
    private BenchDevice device = null!;
    private Action fused = null!, unfused = null!;

    /// <summary>The processor with one thread and with all, and every other device of this machine.</summary>
    public static IEnumerable<string> Devices
    {
        get
        {
            IReadOnlyList<BenchDevice> all = BenchDevice.OpenAll();
            string[] names = [.. all.Select(device => device.Name)];
            foreach (BenchDevice device in all)
                device.Dispose();
            return names;
        }
    }

    /// <summary>What is fused.</summary>
    public static IEnumerable<string> Pairs => FusedPair.All.Select(pair => pair.Name);

    /// <summary>The device.</summary>
    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "";

    /// <summary>What is fused.</summary>
    [ParamsSource(nameof(Pairs))]
    public string Pair { get; set; } = "";

    /// <summary>Opens the device and prepares both sides.</summary>
    [GlobalSetup]
    public void Open()
    {
        device = OpenDevice(Device);
        buffers = new Buffers(device.Accelerator);
        FusedPair pair = Find(Pair);
        fused = pair.On(device.Accelerator, fused: true, buffers);
        unfused = pair.On(device.Accelerator, fused: false, buffers);
    }

    /// <summary>Frees the device with all its memory.</summary>
    [GlobalCleanup]
    public void Close()
    {
        buffers.Dispose();
        device.Dispose();
    }

    /// <summary>One launch after the other.</summary>
    [Benchmark(Baseline = true)]
    public void Unfused() => Run(unfused);

    /// <summary>In one launch.</summary>
    [Benchmark]
    public void Fused() => Run(fused);

    /// <summary>Operations and bytes of one side of a pair.</summary>
    internal static (long Flops, long Bytes) Count(string deviceName, string pair, bool isFused)
    {
        if (counted.TryGetValue((deviceName, pair, isFused), out var counts))
            return counts;
        using BenchDevice device = OpenDevice(deviceName);
        return counted[(deviceName, pair, isFused)] = Find(pair).Count(device.Accelerator, isFused);
    }

    private void Run(Action launches)
    {
        launches();
        device.Accelerator.Synchronize();
    }

    private static FusedPair Find(string name) => FusedPair.All.Single(pair => pair.Name == name);

    private static BenchDevice OpenDevice(string name)
    {
        BenchDevice? found = null;
        foreach (BenchDevice device in BenchDevice.OpenAll())
        {
            if (device.Name == name)
                found = device;
            else
                device.Dispose();
        }
        return found ?? throw new InvalidOperationException($"The device \"{name}\" is gone.");
    }
}
