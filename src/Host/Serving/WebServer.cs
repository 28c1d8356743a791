using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace VaeGpu.Host.Serving;

/// <summary>Where a server listens.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 for one that is free.</param>
/// <param name="Token">What requests of the API must know; null where they need not.</param>
internal sealed record Listening(IPAddress Address, int Port, string? Token)
{
    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);
}

/// <summary>The page and its requests by HTTP. It has no configuration but what it is given, and serves no file of the disk.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private const int MostBytes = 1 << 20, MostConnections = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), Farewell = TimeSpan.FromSeconds(2);
    private readonly WebApplication web;

    private WebServer(WebApplication web) => this.web = web;

    /// <summary>Where it listens, such as "http://127.0.0.1:8080".</summary>
    public string Url => web.Urls.First();

    /// <summary>Begins to serve.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="where">Where it listens.</param>
    /// <param name="fail">Is told of failures of the server itself.</param>
    /// <exception cref="IOException">The port is in use, or the address is not this machine's.</exception>
    public static async Task<WebServer> Start(IReadOnlyList<ServedRun> runs, Listening where, Action<Exception> fail)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(where.Address, where.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = Patience;
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "vaegpu serve";
            document.Info.Description = "Models of vaegpu at work: decode, encode, sample. Nothing is written.";
            // The port may be forwarded from another.
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
        WebApplication web = builder.Build();
        var gate = new Gate(where.IsLoopback, where.Token);
        web.Use((context, next) => Answer(context, next, gate, fail));
        web.UseRouting();
        foreach (PageFile file in PageFiles.All.Values)
        {
            string path = file.Name == "index.html" ? "/" : $"/{file.Name}";
            web.MapGet(path, (HttpContext context) => Send(context, file)).ExcludeFromDescription();
        }
        web.MapOpenApi("/api/openapi.json");
        new Api(runs).MapTo(web);
        web.UseEndpoints(_ => { });
        try
        {
            await web.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await web.DisposeAsync();
            throw new IOException($"The server cannot listen: {e.Message} Name another --port, or an --address of this machine.", e);
        }
        return new WebServer(web);
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(Farewell);
        await web.StopAsync(hurry.Token);
        await web.DisposeAsync();
    }

    private static async Task Answer(HttpContext context, RequestDelegate next, Gate gate, Action<Exception> fail)
    {
        SecurityHeaders.AddTo(context.Response.Headers);
        try
        {
            if (gate.Refusal(context.Request) is { } refusal)
                throw refusal;
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest, ContentLength: null } response)
                await Explain(context, response.StatusCode, "The request is not understood.");
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            (int status, string message) = Told(e);
            if (status == StatusCodes.Status500InternalServerError)
                fail(e);
            await Explain(context, status, message);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the answer any more.
        }
    }

    private static (int Status, string Message) Told(Exception e) => e switch
    {
        RefusedException refused => (refused.Status, refused.Message),
        UsageException => (StatusCodes.Status400BadRequest, e.Message),
        BadHttpRequestException { InnerException: JsonException json } bad => (bad.StatusCode, json.Message),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        Training.RunException or DataException => (StatusCodes.Status409Conflict, e.Message),
        OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The server ends."),
        _ => (StatusCodes.Status500InternalServerError, "The server failed; its terminal says why."),
    };

    private static Task Explain(HttpContext context, int status, string message) =>
        Results.Problem(message, statusCode: status).ExecuteAsync(context);

    private static async Task Send(HttpContext context, PageFile file)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = file.Type;
        response.ContentLength = file.Content.Length;
        await response.Body.WriteAsync(file.Content, context.RequestAborted);
    }
}
