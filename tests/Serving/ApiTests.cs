using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VaeGpu.Host.Serving;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Serving;

/// <summary>The requests of <c>vaegpu serve</c>, by HTTP.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class ApiTests
{
    private ServedRuns served = null!;

    [OneTimeSetUp]
    public void Serve() => served = new ServedRuns("digits", "labels", "text", "table");

    [OneTimeTearDown]
    public void End() => served.Dispose();

    [Test]
    public async Task A_code_is_decoded_to_the_pixels_that_the_model_gives()
    {
        float[] code = [0.5f, -1, 2];
        JsonElement answer = await Post("decode", new { run = "digits", z = new[] { code, new float[3] } });
        JsonElement shown = answer.GetProperty("examples");
        byte[] expected = With("digits", model => model.DecodeBytes([.. code, 0, 0, 0], default));
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(shown, "width", "height", "channels", "count"), Is.EqualTo(new[] { 28, 28, 1, 2 }));
            Assert.That(shown.GetProperty("pixels").GetBytesFromBase64(), Is.EqualTo(expected));
        });
    }

    [Test]
    public async Task Held_out_examples_are_encoded_as_the_model_does_and_so_are_their_values()
    {
        LatentCodes expected = With("digits", model => model.Encode(ServedRuns.Of("digits").Data.Test.Select([3, 4]), default));
        var values = new float[784];
        ServedRuns.Of("digits").Data.Test.CopyTo(3, values);
        JsonElement byNumber = await Post("encode", new { run = "digits", examples = new[] { 3, 4 } });
        JsonElement byValue = await Post("encode", new { run = "digits", values = new[] { values } });
        Assert.Multiple(() =>
        {
            Assert.That(Floats(byNumber.GetProperty("mean")[1]), Is.EqualTo(expected.Mean(1).ToArray()).Within(1e-6));
            Assert.That(Floats(byNumber.GetProperty("deviation")[0]), Is.EqualTo(expected.Deviation(0).ToArray()).Within(1e-6));
            Assert.That(Floats(byValue.GetProperty("mean")[0]), Is.EqualTo(expected.Mean(0).ToArray()).Within(1e-6));
        });
    }

    [Test]
    public async Task Samples_follow_from_the_seed_and_the_class()
    {
        byte[] expected = With("labels", model => model.Sample(5, 9, default, label: 4));
        JsonElement shown = (await Post("sample", new { run = "labels", count = 5, seed = 9, label = "4" })).GetProperty("examples");
        Assert.That(shown.GetProperty("pixels").GetBytesFromBase64(), Is.EqualTo(expected));
    }

    [Test]
    public async Task Text_is_shown_as_lines_and_a_table_in_its_own_units()
    {
        JsonElement text = (await Post("sample", new { run = "text", count = 3 })).GetProperty("examples");
        JsonElement table = (await Post("sample", new { run = "table", count = 3 })).GetProperty("examples");
        Assert.Multiple(() =>
        {
            Assert.That(text.GetProperty("lines").EnumerateArray().Select(line => line.GetString()), Is.All.Length.EqualTo(4));
            Assert.That(table.GetProperty("columns").EnumerateArray().Select(name => name.GetString()),
                Is.EqualTo(new[] { "height", "weight", "color" }));
            Assert.That(table.GetProperty("rows")[0][2].GetString(), Is.AnyOf("red", "green", "blue"));
        });
    }

    [Test]
    public async Task An_interpolation_begins_and_ends_at_the_reconstructions()
    {
        JsonElement path = (await Post("interpolate", new { run = "digits", from = 1, to = 2, steps = 4 })).GetProperty("examples");
        JsonElement made = (await Post("reconstruct", new { run = "digits", examples = new[] { 1, 2 } })).GetProperty("reconstructions");
        byte[][] steps = [.. path.GetProperty("pixels").GetBytesFromBase64().Chunk(784)];
        byte[][] ends = [.. made.GetProperty("pixels").GetBytesFromBase64().Chunk(784)];
        Assert.That((byte[][])[steps[0], steps[^1]], Is.EqualTo(ends));
    }

    [Test]
    public async Task The_posterior_has_a_point_for_each_held_out_example_and_the_dimensions_by_kl()
    {
        JsonElement view = await Get("posterior?run=labels");
        LatentCodes codes = With("labels", model => model.Encode(ServedRuns.Of("labels").Data.Test, default));
        int horizontal = view.GetProperty("horizontal").GetInt32();
        Assert.Multiple(() =>
        {
            Assert.That(Floats(view.GetProperty("kl")), Is.Ordered.Descending);
            Assert.That(view.GetProperty("order")[0].GetInt32(), Is.EqualTo(horizontal));
            Assert.That(Floats(view.GetProperty("x")),
                Is.EqualTo(Enumerable.Range(0, codes.Count).Select(i => codes.Mean(i)[horizontal])).Within(1e-3));
            Assert.That(view.GetProperty("labels").GetArrayLength(), Is.EqualTo(codes.Count));
        });
    }

    [Test]
    public async Task Anomalies_come_with_the_highest_score_first()
    {
        JsonElement view = await Get("anomalies?run=digits&count=7");
        Assert.That(view.GetProperty("strangest").EnumerateArray().Select(one => one.GetProperty("score").GetDouble()),
            Is.Ordered.Descending.And.Exactly(7).Items);
    }

    [Test]
    public async Task Runs_are_listed_with_their_metrics_and_not_sent_again_unchanged()
    {
        HttpResponseMessage first = await served.Client.GetAsync("/api/runs");
        JsonElement run = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("runs")[0];
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        IReadOnlyList<EpochMetrics> history = ServedRuns.Of("digits").Checkpoint.Header.History;
        Assert.Multiple(async () =>
        {
            Assert.That(run.GetProperty("state").GetString(), Is.EqualTo("done"));
            Assert.That(
                Floats(run.GetProperty("history").GetProperty("test")), Is.EqualTo(history.Select(epoch => epoch.Test.Loss)).Within(1e-3));
            Assert.That((await served.Client.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        });
    }

    [TestCase("decode", """{"run":"nobody","z":[[1,2,3]]}""", HttpStatusCode.NotFound, "the runs are digits, labels")]
    [TestCase("decode", """{"run":"digits","z":[[1,2]]}""", HttpStatusCode.BadRequest, "Each row of z has 3 numbers")]
    [TestCase("decode", """{"run":"digits","z":[]}""", HttpStatusCode.BadRequest, "goes from 1 to 256")]
    [TestCase("decode", """{"run":"digits","z":[[1,2,1e99]]}""", HttpStatusCode.BadRequest, "")]
    [TestCase("decode", """{"run":"digits","z":[null]}""", HttpStatusCode.BadRequest, "Each row of z has 3 numbers")]
    [TestCase("decode", """{"run":"digits","z":[[1,2,3]],"units":"miles"}""", HttpStatusCode.BadRequest, "latent")]
    [TestCase("decode", """{"run":"labels","z":[[1,2,3]]}""", HttpStatusCode.BadRequest, "give a \"label\"")]
    [TestCase("decode", """{"run":"labels","z":[[1,2,3]],"label":"x"}""", HttpStatusCode.BadRequest, "classes go from 0 to 9")]
    [TestCase("decode", """{"run":"digits","z":[[1,2,3]],"label":"1"}""", HttpStatusCode.BadRequest, "conditional")]
    [TestCase("decode", """{"run":"digits" """, HttpStatusCode.BadRequest, "")]
    [TestCase("decode", """{"z":[[1,2,3]]}""", HttpStatusCode.BadRequest, "run")]
    [TestCase("encode", """{"run":"digits"}""", HttpStatusCode.BadRequest, "examples")]
    [TestCase("encode", """{"run":"digits","examples":[90]}""", HttpStatusCode.BadRequest, "goes from 0 to 89")]
    [TestCase("encode", """{"run":"table","values":[[0,0,3]]}""", HttpStatusCode.BadRequest, "whole number from 0 to 2")]
    [TestCase("encode", """{"run":"text","values":[[0,0,0,1]]}""", HttpStatusCode.BadRequest, "whole number from 0 to 3")]
    [TestCase("sample", """{"run":"digits","count":257}""", HttpStatusCode.BadRequest, "goes from 1 to 256")]
    [TestCase("interpolate", """{"run":"digits","from":0,"to":1,"path":"bent"}""", HttpStatusCode.BadRequest, "spherical")]
    public async Task A_wrong_request_is_answered_by_a_sentence(string path, string json, HttpStatusCode status, string sentence)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        HttpResponseMessage answer = await served.Client.PostAsync($"/api/{path}", content);
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(status));
            Assert.That(problem.GetProperty("detail").GetString(), Does.Contain(sentence));
        });
    }

    [Test]
    public async Task The_description_has_every_request_of_the_page()
    {
        JsonElement paths = (await Get("openapi.json")).GetProperty("paths");
        string script = PageFiles.Text("api.js");
        Assert.That(paths.EnumerateObject().Select(path => path.Name).Where(path => !script.Contains(path[1..])), Is.Empty);
        Assert.That(paths.EnumerateObject().Count(), Is.EqualTo(9));
    }

    [Test]
    public async Task Fifty_clients_at_once_get_what_each_asked_for()
    {
        const int Clients = 50, Requests = 10;
        float[][] codes = [.. Enumerable.Range(0, Clients).Select(i => (float[])[i / 10f - 2.5f, 1, -1])];
        byte[][] expected = With("digits", model => (byte[][])[.. codes.Select(code => model.DecodeBytes(code, default))]);
        string[] wrong = [.. (await Task.WhenAll(codes.Select((code, i) => Task.Run(async () =>
        {
            var found = new List<string>();
            for (var request = 0; request < Requests; request++)
            {
                JsonElement answer = await Post("decode", new { run = "digits", z = new[] { code } });
                if (!answer.GetProperty("examples").GetProperty("pixels").GetBytesFromBase64().AsSpan().SequenceEqual(expected[i]))
                    found.Add($"client {i}, request {request}");
            }
            return found;
        })))).SelectMany(found => found)];
        Assert.That(wrong, Is.Empty);
    }

    private static T With<T>(string name, Func<Generation, T> use)
    {
        using Backend backend = Backend.Open("cpu", 1);
        Checkpoint checkpoint = ServedRuns.Of(name).Checkpoint;
        using var model = new Generation(backend.Accelerator, checkpoint.Header.Configuration.Model, checkpoint.Parameters);
        return use(model);
    }

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetSingle())];

    private static int[] Numbers(JsonElement of, params string[] names) => [.. names.Select(name => of.GetProperty(name).GetInt32())];

    private async Task<JsonElement> Get(string path)
    {
        HttpResponseMessage answer = await served.Client.GetAsync($"/api/{path}");
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> Post(string path, object body)
    {
        HttpResponseMessage answer = await served.Client.PostAsJsonAsync($"/api/{path}", body);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
