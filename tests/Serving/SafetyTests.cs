using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using VaeGpu.Host.Serving;

namespace VaeGpu.Tests.Serving;

/// <summary>What <c>vaegpu serve</c> refuses, and that it survives and writes nothing.</summary>
public sealed class SafetyTests
{
    [TestCase("evil.example", null, ExpectedResult = HttpStatusCode.MisdirectedRequest)]
    [TestCase("192.0.2.1", null, ExpectedResult = HttpStatusCode.MisdirectedRequest)]
    [TestCase("localhost", null, ExpectedResult = HttpStatusCode.OK)]
    [TestCase("localhost:9", "http://localhost:9", ExpectedResult = HttpStatusCode.OK)]
    [TestCase("[::1]", null, ExpectedResult = HttpStatusCode.OK)]
    [TestCase("localhost", "http://evil.example", ExpectedResult = HttpStatusCode.Forbidden)]
    [TestCase("localhost", "null", ExpectedResult = HttpStatusCode.Forbidden)]
    public async Task<HttpStatusCode> Hosts_and_origins_of_strangers_are_refused(string host, string? origin)
    {
        using var served = new ServedRuns("digits");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return (await served.Client.SendAsync(request)).StatusCode;
    }

    [Test]
    public async Task Other_addresses_ask_for_the_token_and_serve_the_page_without()
    {
        using var served = new ServedRuns("a token", IPAddress.Parse("127.0.0.2"), "digits");
        using var any = new ServedRuns("a token", IPAddress.Any, "digits");
        using var there = new HttpClient { BaseAddress = new Uri(any.Url.Replace("0.0.0.0", "127.0.0.1")) };
        foreach (HttpClient client in (HttpClient[])[served.Client, there])
        {
            Assert.That((await client.GetAsync("/")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            foreach (var (token, status) in ((string?, HttpStatusCode)[])
                [(null, HttpStatusCode.Unauthorized), ("a toke", HttpStatusCode.Unauthorized), ("a token", HttpStatusCode.OK)])
            {
                client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
                Assert.That((await client.GetAsync("/api/runs")).StatusCode, Is.EqualTo(status), token);
            }
        }
    }

    [Test]
    public async Task Every_answer_forbids_foreign_content_and_the_page_is_small()
    {
        using var served = new ServedRuns("digits");
        foreach (string path in (string[])["/", "/app.js", "/api/runs", "/nowhere"])
        {
            HttpResponseMessage answer = await served.Client.GetAsync(path);
            string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.That(policy, Does.StartWith("default-src 'none'").And.Not.Contain("unsafe"), path);
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }), path);
        }
        Assert.That(PageFiles.All.Values.Sum(file => file.Content.Length), Is.LessThan(300_000));
        Assert.That(PageFiles.Text("index.html"), Does.Not.Contain("style=").And.Not.Contain("onclick").And.Not.Contain("http"));
    }

    [Test]
    public async Task A_body_of_more_than_a_megabyte_is_refused()
    {
        using var served = new ServedRuns("digits");
        using var content = new StringContent(new string(' ', (1 << 20) + 1), Encoding.UTF8, "application/json");
        Assert.That((await served.Client.PostAsync("/api/decode", content)).StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Malformed_requests_are_refused_and_the_server_goes_on_and_writes_nothing()
    {
        const int Requests = 5000, AtOnce = 8;
        int seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var served = new ServedRuns("digits", "table");
        string[] before = served.Files;
        var requests = new Fuzzed(seed);
        var failed = new List<string>();
        foreach (int[] part in Enumerable.Range(0, Requests).Chunk(AtOnce))
        {
            await Task.WhenAll(part.Select(async i =>
            {
                using HttpRequestMessage request = requests.Next();
                string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync();
                string what = $"{i}: {request.Method} {request.RequestUri} {body}";
                HttpResponseMessage answer = await served.Client.SendAsync(request);
                if ((int)answer.StatusCode >= 500)
                    failed.Add($"{what}: {answer.StatusCode}");
            }));
        }
        HttpResponseMessage sound = await served.Client.PostAsJsonAsync("/api/decode", new { run = "digits", z = new[] { new float[3] } });
        Assert.Multiple(() =>
        {
            Assert.That(failed, Is.Empty);
            Assert.That(served.Errors, Is.Empty);
            Assert.That(sound.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(served.Files, Is.EqualTo(before));
        });
    }

    /// <summary>Requests that are right in parts: bytes of right ones are changed, removed and put elsewhere.</summary>
    private sealed class Fuzzed(int seed)
    {
        private static readonly string[] Bodies =
        [
            """{"run":"digits","z":[[0.5,-1,2],[0,0,0]],"units":"prior"}""", """{"run":"digits","examples":[1,2,3]}""",
            """{"run":"table","values":[[0.1,0.2,1]]}""", """{"run":"digits","count":4,"seed":3,"draw":true}""",
            """{"run":"digits","from":1,"to":2,"steps":3,"path":"spherical"}""",
        ];

        private static readonly string[] Paths =
        [
            "api/decode", "api/encode", "api/sample", "api/reconstruct", "api/interpolate", "api/runs", "api/examples?run=digits&first=3",
            "api/posterior?run=digits&horizontal=1", "api/anomalies?run=table&count=3", "api/../configuration.json",
            "%2e%2e/%2e%2e/etc/passwd",
        ];

        private static readonly string[] Words =
        [
            "null", "-1", "1e999", "NaN", "99999999999", "{", "]", "\"", "\\u0000", "[[[[", "true", "0.5", "../", "%00", "\ud800", ",",
        ];

        private readonly Random random = new(seed);

        public HttpRequestMessage Next()
        {
            bool posts = random.Next(4) > 0;
            string path = Paths[random.Next(Paths.Length)];
            if (random.Next(2) == 0)
                path = Uri.EscapeDataString(Changed(path)).Replace("%2F", "/").Replace("%3F", "?");
            var request = new HttpRequestMessage(
                random.Next(20) == 0 ? HttpMethod.Put : posts ? HttpMethod.Post : HttpMethod.Get, $"/{path.TrimStart('/')}");
            if (posts)
            {
                string body = Changed(Bodies[random.Next(Bodies.Length)]);
                request.Content = new StringContent(body, Encoding.UTF8, random.Next(10) == 0 ? "text/plain" : "application/json");
            }
            return request;
        }

        private string Changed(string text)
        {
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                int at = random.Next(text.Length), length = random.Next(Math.Min(6, text.Length - at));
                text = text[..at] + (random.Next(3) == 0 ? "" : Words[random.Next(Words.Length)]) + text[(at + length)..];
            }
            return text.Length == 0 ? "x" : text;
        }
    }
}
