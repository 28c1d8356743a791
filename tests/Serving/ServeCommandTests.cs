using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Serving;

/// <summary>The commands "serve" and "report", and "train --serve".</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class ServeCommandTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task A_run_is_served_until_a_stop_and_its_report_is_one_file()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));
        Directory.Move(folder["data"], folder["moved"]);
        using var stop = new CancellationTokenSource();
        using var output = new Watched();
        Task<Call> serving = Task.Run(() => Call.Of(
            ["serve", folder["run"], "--data", folder["moved"], "--device", "cpu", "--threads", "1", "--port", "0"], output,
            interactive: false, stop.Token));
        using var client = new HttpClient { BaseAddress = await output.Url };
        JsonElement view = await client.GetFromJsonAsync<JsonElement>("/api/posterior?run=run");
        Assert.That(view.GetProperty("x").GetArrayLength(), Is.EqualTo(90));
        await stop.CancelAsync();
        Call served = await serving;
        Assert.That((served.ExitCode, served.Error), Is.EqualTo((ExitCode.Done, "")));

        string[] report = ["report", folder["run"], "--data", folder["moved"], "--out", folder["a report.html"], "--device", "cpu"];
        Call written = Call.Of(report);
        Assert.That((written.ExitCode, written.Error, written.Output.Trim()), Is.EqualTo((ExitCode.Done, "", folder["a report.html"])));
        string page = File.ReadAllText(folder["a report.html"]);
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.Not.Match("(src|href)=\"(?!api/)"), "The file needs no other.");
            Assert.That(page, Does.Contain("\"gallery\":6").And.Contain("Content-Security-Policy"));
            Assert.That(Call.Of(report).ExitCode, Is.EqualTo(ExitCode.Usage), "It is not replaced unasked.");
        });
    }

    [Test]
    public void The_data_of_a_run_that_has_moved_is_named()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));
        Directory.Move(folder["data"], folder["moved"]);
        string[] report = ["report", folder["run"], "--out", folder["report.html"], "--device", "cpu", "--threads", "1"];
        Call without = Call.Of(report), with = Call.Of([.. report, "--data", folder["moved"]]);
        Assert.Multiple(() =>
        {
            Assert.That(without.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(without.Error, Does.Contain("name its new place with --data"));
            Assert.That((with.ExitCode, with.Error), Is.EqualTo((ExitCode.Done, "")));
        });
    }

    [Test]
    public async Task A_training_serves_its_run_while_it_goes_on()
    {
        using var stop = new CancellationTokenSource();
        using var output = new Watched();
        Task<Call> training = Task.Run(() => Call.Of(
            Call.Train(folder, "--epochs", "20000", "--serve", "--port", "0"), output, interactive: false, stop.Token));
        using var client = new HttpClient { BaseAddress = await output.Url };
        JsonElement run;
        do
            run = (await client.GetFromJsonAsync<JsonElement>("/api/runs")).GetProperty("runs")[0];
        while (run.GetProperty("history").GetProperty("epoch").GetArrayLength() == 0);
        HttpResponseMessage sample = await client.PostAsJsonAsync("/api/sample", new { run = "run", count = 2 });
        await stop.CancelAsync();
        Call stopped = await training;
        Assert.Multiple(() =>
        {
            Assert.That(run.GetProperty("state").GetString(), Is.EqualTo("training"));
            Assert.That(sample.IsSuccessStatusCode);
            Assert.That((stopped.ExitCode, stopped.Error), Is.EqualTo((ExitCode.Stopped, "")));
        });
    }

    [Test]
    public void What_cannot_be_served_is_said()
    {
        Call nowhere = Call.Of("serve", folder["nowhere"]);
        Call port = Call.Of(Call.Train(folder, "--port", "0"));
        Call address = Call.Of(Call.Train(folder, "--serve", "--address", "here"));
        Call report = Call.Of("report", folder["nowhere"], "--device", "cpu");
        Assert.Multiple(() =>
        {
            Assert.That((nowhere.ExitCode, nowhere.Error), Is.EqualTo((ExitCode.Failed, nowhere.Error)));
            Assert.That(nowhere.Error, Does.Contain("There is no run in"));
            Assert.That((port.ExitCode, port.Error.Trim()), Is.EqualTo((ExitCode.Usage, "error: --port goes with --serve.")));
            Assert.That(address.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(address.Error, Does.Contain("takes an IP address, not \"here\""));
            Assert.That(report.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(report.Error, Does.Contain("There is no checkpoint"));
        });
    }

    [Test]
    public void A_port_in_use_is_said_and_costs_no_run()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));
        byte[] before = File.ReadAllBytes(folder["run/checkpoint.vae"]);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string port = $"{((IPEndPoint)other.LocalEndpoint).Port}";
        Call call = Call.Of(Call.Train(folder, "--overwrite", "--serve", "--port", port));
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(call.Error, Does.Contain("in use").And.Contain("--port"));
            Assert.That(File.ReadAllBytes(folder["run/checkpoint.vae"]), Is.EqualTo(before));
        });
    }

    [GeneratedRegex(@"http://[\d.:]+")]
    private static partial Regex Address();

    /// <summary>Output that tells the address in it.</summary>
    private sealed class Watched : StringWriter
    {
        private readonly TaskCompletionSource<Uri> found = new();

        public Task<Uri> Url => found.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (Address().Match(value ?? "") is { Success: true } address)
                found.TrySetResult(new Uri(address.Value));
        }
    }
}
