using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class ProfileTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void CleanUp() => folder.Dispose();

    [Test]
    public void Every_launch_of_the_step_has_a_row_and_the_rows_fit_the_columns()
    {
        Call call = Profile("--steps", "3");
        string[] lines = call.Output.Split('\n');
        Match[] rows = [.. lines.Select(line => Row().Match(line)).Where(row => row.Success)];
        Assert.Multiple(() =>
        {
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
            Assert.That(lines.Select(line => line.TrimEnd('\r').Length), Is.All.LessThanOrEqualTo(ProfileTable.Columns));
            Assert.That(rows.Select(row => int.Parse(row.Groups["number"].Value)), Is.EqualTo(Enumerable.Range(1, rows.Length)));
            string[] kernels = [.. rows.Select(row => row.Groups["kernel"].Value)];
            Assert.That(kernels[0], Is.EqualTo("Batch.Gather"));
            Assert.That(kernels[^1], Is.EqualTo("Metrics.EndStep<Constant>"));
            Assert.That(kernels, Has.One.EqualTo("Adam.Run").And.Some.StartsWith("MatMul.Multiply"));
            Assert.That(rows.Select(row => row.Groups["bound"].Value), Is.All.Matches("^(compute|memory|launch)$"));
            Assert.That(call.Output, Does.Match(@"(?m)^clock   .*; 3 steps\r?$").And.Match(@"(?m)^limits  \d+ GFLOP/s; an empty launch "));
            foreach (string total in (string[])["between launches", "sum of the medians of", "sum of the parts", "not profiled",
                "step, profiled"])
                Assert.That(call.Output, Does.Contain(total));
        });
    }

    [Test]
    public void Every_note_fits_the_columns()
    {
        using Context context = Context.Create(builder => builder.Interpreter(16));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        var (one, off) = (Spread.Single(1), Spread.Single(2));
        var launch = new LaunchProfile(
            1, "Batch.Gather", new(1, 1, 1), new(1, 1, 1), 1 << 20, 1 << 20, Spread.Single(1e-4), 1, new(1e9, 1e9, 1e-6));
        var profile = new StepProfile
        {
            Launches = [launch, launch with { Flops = null, Number = 2 }],
            Clock = "a clock", Steps = 1, Between = one, Parts = off, PartsOfWhole = off, Whole = one, Profiled = off, Overhead = off,
            IsOneCall = true, Batch = 1, Limits = new(accelerator), Traced = [],
        };
        string[] lines = [.. ProfileTable.Lines(profile)];
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(ProfileTable.Columns));
            foreach (string note in (string[])["! is beyond", "– is not counted", "by one call", "is not within", "do not add up"])
                Assert.That(lines, Has.One.Contains(note));
        });
    }

    [Test]
    public void The_files_hold_what_was_measured()
    {
        Call call = Profile("--steps", "3", "--out", folder["out"], "--likelihood", "gaussian", "--clip-norm", "1");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/profile.json"]));
        JsonElement root = json.RootElement, step = root.GetProperty("step");
        JsonElement[] launches = [.. root.GetProperty("launches").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(root.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[]
            {
                "device", "batch", "steps", "clock", "limits", "step", "launches", "configuration",
            }));
            Assert.That(root.GetProperty("device").GetProperty("kind").GetString(), Is.EqualTo("cpu"));
            Assert.That(root.GetProperty("batch").GetInt32(), Is.EqualTo(32));
            Assert.That(launches.Select(launch => launch.GetProperty("number").GetInt32()),
                Is.EqualTo(Enumerable.Range(1, launches.Length)));
            Assert.That(launches.Select(launch => launch.GetProperty("kernel").GetString()), Has.Some.Contains("GradientNorm"));
            Assert.That(launches.Sum(launch => launch.GetProperty("share").GetDouble()), Is.EqualTo(1).Within(1e-9));
            double between = Median(step.GetProperty("betweenLaunches"));
            Assert.That(
                launches.Sum(launch => Median(launch.GetProperty("seconds"))) + between,
                Is.EqualTo(step.GetProperty("sumOfMedians").GetDouble()).Within(1e-9));
            foreach (JsonElement launch in launches)
            {
                JsonElement seconds = launch.GetProperty("seconds");
                Assert.That(seconds.GetProperty("low").GetDouble(), Is.Positive.And.LessThanOrEqualTo(Median(seconds)));
                Assert.That(seconds.GetProperty("high").GetDouble(), Is.GreaterThanOrEqualTo(Median(seconds)));
                Assert.That(launch.GetProperty("bytes").GetInt64(), Is.Positive);
                Assert.That(
                    launch.GetProperty("isBeyondLimits").GetBoolean(), Is.EqualTo(launch.GetProperty("ofRoofline").GetDouble() > 1));
                Assert.That(launch.GetProperty("bytesPerSecond").GetDouble(), Is.Positive);
            }
        });
    }

    [Test]
    public void The_trace_has_a_track_of_launches_and_one_for_each_worker()
    {
        Call call = Profile("--steps", "1", "--trace", folder["trace.json"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["trace.json"]));
        JsonElement[] events = [.. json.RootElement.GetProperty("traceEvents").EnumerateArray()];
        JsonElement[] spans = [.. events.Where(one => one.GetProperty("ph").GetString() == "X")];
        Assert.Multiple(() =>
        {
            Assert.That(
                events.Where(one => one.GetProperty("ph").GetString() == "M")
                    .Select(one => one.GetProperty("args").GetProperty("name").GetString()),
                Is.EqualTo(new[] { "launches", "worker 0" }));
            Assert.That(spans.Select(one => one.GetProperty("tid").GetInt32()).Distinct().Order(), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(spans.Select(one => one.GetProperty("dur").GetDouble()), Is.All.GreaterThanOrEqualTo(0));
            int rows = Row().Count(call.Output);
            Assert.That(spans.Count(one => one.GetProperty("tid").GetInt32() == 0), Is.EqualTo(3 * rows), "three steps");
            double[] starts =
                [.. spans.Where(one => one.GetProperty("tid").GetInt32() == 0).Select(one => one.GetProperty("ts").GetDouble())];
            Assert.That(starts, Is.Ordered);
        });
    }

    [Test]
    public void The_picture_shows_the_step_and_the_roofline()
    {
        Assert.That(Profile("--steps", "1", "--out", folder["out"]).ExitCode, Is.Zero);
        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] texts = [.. XDocument.Load(folder["out/profile.svg"]).Descendants(svg + "text").Select(text => text.Value)];
        Assert.That(texts, Is.SupersetOf(new[] { "ms", "GFLOP/s", "operations for each byte", "MatMul.Multiply", "Adam.Run" }));
        Assert.That(texts, Has.Some.Match(@"^\d+ GB/s$").And.Some.Match(@"^\d+ GFLOP/s$"));
        (double X, double Y)[] labels = [.. XDocument.Load(folder["out/profile.svg"]).Descendants(svg + "text")
            .Where(text => Regex.IsMatch(text.Value, @"^\d+(, \d+)*$") && (string?)text.Attribute("font-size") == "10")
            .Select(text => Regex.Match((string)text.Attribute("transform")!, @"translate\(([\d.]+),([\d.]+)\)").Groups)
            .Select(place => (double.Parse(place[1].Value, CultureInfo.InvariantCulture),
                double.Parse(place[2].Value, CultureInfo.InvariantCulture)))
            .Where(place => place.Item2 > 230)];
        Assert.That(labels, Is.Not.Empty);
        foreach (var (i, (x, y)) in labels.Index())
        {
            Assert.That(labels.Skip(i + 1).Where(other => Math.Abs(other.X - x) < 5 && Math.Abs(other.Y - y) < 5), Is.Empty,
                "numbers of the roofline cover each other");
        }
    }

    [Test]
    public void A_device_without_limits_is_profiled_without_them()
    {
        Call call = Call.Of(
            "profile", "--data", Call.PutData(folder), "--device", "interpreter", "--hidden", "4", "--latent", "1", "--batch", "2",
            "--steps", "1",
            "--out", folder["out"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output, Does.Contain("no peaks are measured").And.Contain("the host's clock").And.Match(@"(?m)– –\r?$"));
        Assert.That(File.ReadAllText(folder["out/profile.svg"]), Does.Not.Contain("operations for each byte"));
    }

    [TestCase("--device ilgpu-cpu", ExitCode.Usage, "cannot be profiled")]
    [TestCase("--steps 0", ExitCode.Usage, "--steps takes a whole number")]
    [TestCase("--resume", ExitCode.Usage, "--resume")]
    [TestCase("--prior class-mean", ExitCode.Usage, "--prior")]
    [TestCase("--device opencl:99", ExitCode.Failed, "opencl:99")]
    [TestCase("--data nowhere", ExitCode.Failed, "nowhere")]
    public void What_cannot_be_is_explained(string line, int code, string word)
    {
        Call call = Call.Of(["profile", .. line.Split(' ')]);
        Assert.That(call.ExitCode, Is.EqualTo(code), call.Error);
        Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at "));
    }

    [Test]
    public void A_call_that_is_stopped_writes_nothing()
    {
        Call call =
            Call.Of(["profile", "--device", "cpu", "--hidden", "8", "--out", folder["out"]], interactive: false, new(canceled: true));
        Assert.That((call.ExitCode, call.Error.Trim()), Is.EqualTo((ExitCode.Stopped, "Stopped.")));
        Assert.That(folder["out"], Does.Not.Exist);
    }

    private static double Median(JsonElement spread) => spread.GetProperty("median").GetDouble();

    private Call Profile(params string[] more) => Call.Of(
    [
        "profile", "--data", Call.PutData(folder), "--device", "cpu", "--threads", "1", "--hidden", "16", "--latent", "2", "--batch",
        "32", .. more,
    ]);

    [GeneratedRegex(@"^ *(?<number>\d+) (?<kernel>\S.*?) +[\d.]+ +\([\d.]+–[\d.]+\) +[\d.]+ % .* "
        + @"(?<bound>\S+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
