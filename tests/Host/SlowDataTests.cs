using VaeGpu.Host;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Host;

/// <summary>Data that take their time.</summary>
public sealed class SlowDataTests
{
    [Test]
    public void A_stop_does_not_wait_for_data()
    {
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource<DataSplit>();
        var waiting = Task.Run(() => Loading.Result(never.Task, stop.Token));
        stop.Cancel();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
    }
}
