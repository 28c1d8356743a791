using VaeGpu.Host;
using VaeGpu.Host.Commands;
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
        var loading = Loading.Start(new Machine("cpu", Threads: 1, Memory: null), _ => never.Task.Result);
        var waiting = Task.Run(() => loading.Result(new Terminal(TextWriter.Null, TextWriter.Null, Interactive: false), stop.Token));
        stop.Cancel();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        never.SetCanceled();
    }

    [Test]
    public void A_person_sees_how_far_it_is_and_then_no_more_of_it()
    {
        var data = new DataSplit("none", new ImageSet([], null, 1, 1), new ImageSet([], null, 1, 1));
        using var output = new StringWriter();
        using var seen = new ManualResetEventSlim();
        var loading = Loading.Start(new Machine("cpu", Threads: 1, Memory: null), how =>
        {
            how.Progress!.Report(new(1234, 60_000));
            seen.Wait();
            return data;
        });
        var terminal = new Terminal(TextWriter.Synchronized(output), TextWriter.Null, Interactive: true);
        var waiting = Task.Run(() => loading.Result(terminal, default));
        Assert.That(() => output.ToString(), Does.Contain("\rloading 1,234 of 60,000 pictures").After(10_000, 20));
        seen.Set();
        Assert.That(waiting.Result, Is.SameAs(data));
        Assert.That(output.ToString(), Does.EndWith(" \r"));
    }
}
