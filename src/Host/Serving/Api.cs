using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using VaeGpu.Host.Commands;

namespace VaeGpu.Host.Serving;

/// <summary>The requests of the page, and of programs: nothing that they ask for is written anywhere.</summary>
/// <param name="runs">The runs that are served.</param>
internal sealed class Api(IReadOnlyList<ServedRun> runs)
{
    /// <summary>Examples of a request at most: two batches of the device.</summary>
    private const int Most = 256;
    private const int MostSteps = 64, MostStrange = 100;

    /// <summary>Adds the requests under /api.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api");
        api.MapGet("/runs", Runs).Produces<RunList>().WithSummary("Where the runs stand, with their metrics; answers If-None-Match.");
        api.MapPost("/decode", Decode).WithSummary("Decodes latent vectors.");
        api.MapPost("/encode", Encode).WithSummary("Gives q(z|x) of held-out examples or of values.");
        api.MapPost("/sample", Sample).WithSummary("Draws latent vectors from the prior and decodes them.");
        api.MapPost("/reconstruct", Reconstruct).WithSummary("Decodes the codes of held-out examples.");
        api.MapPost("/interpolate", Interpolate).WithSummary("Decodes a path between the codes of two held-out examples.");
        api.MapGet("/examples", Examples).WithSummary("Held-out examples.");
        api.MapGet("/posterior", Posterior).WithSummary("Where the model puts held-out examples, in two of its dimensions.");
        api.MapGet("/anomalies", Anomalies).WithSummary("The held-out examples that the model finds strangest.");
    }

    private IResult Runs(HttpRequest request, HttpResponse response)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new RunList([.. runs.Select(RunStates.Of)]), JsonSerializerOptions.Web);
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8))}\"";
        response.Headers.ETag = tag;
        return request.Headers.IfNoneMatch == tag
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(json, "application/json");
    }

    private async Task<Decoded> Decode(DecodeRequest request, CancellationToken stop)
    {
        bool isOfPrior = request.Units switch
        {
            "prior" => true,
            "latent" => false,
            _ => throw RefusedException.Wrong("\"units\" is \"latent\" or \"prior\"."),
        };
        return await Named(request.Run).Use(model =>
        {
            float[] codes = Checked.Rows("z", request.Z, model.Generation.Latent, Most);
            byte[]? labels = Labels(model, request.Label, request.Z.Length);
            float[] latent = isOfPrior ? model.Generation.FromPriorUnits(codes, labels, stop) : codes;
            return Answer(model, model.Generation.DecodeExamples(latent, stop, labels));
        }, stop);
    }

    private async Task<Encoded> Encode(EncodeRequest request, CancellationToken stop)
    {
        if (request.Examples is null == request.Values is null)
            throw RefusedException.Wrong("Give either \"examples\" or \"values\".");
        ServedRun run = Named(request.Run);
        ExampleSet? held = request.Examples is { } numbers ? Chosen(await run.HeldOut(stop), numbers) : null;
        return await run.Use(model =>
        {
            ExampleSet examples = held ?? ValuesOf(model, request);
            LatentCodes codes = model.Generation.Encode(examples, stop);
            float[] units = model.Generation.ToPriorUnits(codes.Means, examples.Labels, stop);
            return new Encoded(model.Version, Split(codes.Means), Split(codes.Deviations), Split(units));

            float[][] Split(float[] all) => [.. all.Chunk(model.Generation.Latent)];
        }, stop);
    }

    internal async Task<Decoded> Sample(SampleRequest request, CancellationToken stop)
    {
        Checked.Range("count", request.Count, 1, Most);
        return await Named(request.Run).Use(model =>
        {
            if (request.Draw && !model.Configuration.Model.HasLikelihood)
                throw RefusedException.Wrong("\"draw\" needs a likelihood to draw from, and hybrid is a loss without one.");
            byte? label = request.Label is null ? null : Label(model, request.Label);
            return Answer(model, model.Generation.SampleExamples(
                request.Count, request.Seed, stop, label, request.Draw, model.Configuration.Data.UnseenLabels));
        }, stop);
    }

    internal async Task<Reconstructed> Reconstruct(ReconstructRequest request, CancellationToken stop)
    {
        ServedRun run = Named(request.Run);
        ExampleSet examples = Chosen(await run.HeldOut(stop), request.Examples);
        return await run.Use(model => new Reconstructed(
            model.Version, ShownJson.Of(examples),
            Show(model, model.Generation.ReconstructExamples(
                examples, stop, request.Label is null ? null : Label(model, request.Label)))), stop);
    }

    internal async Task<Decoded> Interpolate(InterpolateRequest request, CancellationToken stop)
    {
        Checked.Range("steps", request.Steps, 2, MostSteps);
        PathKind kind = request.Path switch
        {
            "linear" => PathKind.Linear,
            "spherical" => PathKind.Spherical,
            _ => throw RefusedException.Wrong("\"path\" is \"linear\" or \"spherical\"."),
        };
        ServedRun run = Named(request.Run);
        ExampleSet ends = Chosen(await run.HeldOut(stop), [request.From, request.To]);
        return await run.Use(model =>
        {
            float[] units = model.Generation.ToPriorUnits(model.Generation.Encode(ends, stop).Means, ends.Labels, stop);
            int d = model.Generation.Latent;
            float[] path = LatentPaths.Between(units.AsSpan(0, d), units.AsSpan(d, d), request.Steps, kind);
            byte[]? labels = model.Generation.LabelsFor(
                request.Steps, request.Label is null ? ends.Labels?[0] : Label(model, request.Label));
            return Answer(model, model.Generation.DecodeExamples(
                model.Generation.FromPriorUnits(path, labels, stop), stop, labels));
        }, stop);
    }

    private async Task<HeldOutExamples> Examples(string run, CancellationToken stop, int first = 0, int count = 32)
    {
        Checked.Range("count", count, 1, Most);
        ExampleSet held = await Named(run).HeldOut(stop);
        Checked.Range("first", first, 0, held.Count - 1);
        ExampleSet some = held.Select([.. Enumerable.Range(first, Math.Min(count, held.Count - first))]);
        return new(
            first, held.Count, ShownJson.Of(some), [.. Enumerable.Range(0, some.Count).Select(i => some.Sources[i])],
            some.Labels is null ? null : [.. some.Labels.Select(some.NameOf)]);
    }

    internal async Task<PosteriorView> Posterior(string run, CancellationToken stop, int? horizontal = null, int? vertical = null)
    {
        ServedRun of = Named(run);
        ExampleSet held = await of.HeldOut(stop);
        ServedModel model = await of.Latest(stop);
        PosteriorSurvey survey = await model.Posterior(held).WaitAsync(stop);
        int d = survey.Latent;
        int x = horizontal ?? survey.Order[0], y = vertical ?? survey.Order[Math.Min(1, d - 1)];
        Checked.Range("horizontal", x, 0, d - 1);
        Checked.Range("vertical", y, 0, d - 1);
        return new(
            model.Version, survey.Order, [.. survey.Order.Select(dimension => Math.Round(survey.Kl[dimension], 4))],
            x, y, Column(x), Column(y),
            held.Labels is null ? null : [.. held.Labels.Select(label => (int)label)],
            [.. Enumerable.Range(0, 1 + (held.Labels ?? []).DefaultIfEmpty().Max()).Select(label => ClassName.Of(label, held.LabelNames))]);

        float[] Column(int dimension)
        {
            var column = new float[held.Count];
            for (var i = 0; i < column.Length; i++)
                column[i] = MathF.Round(survey.Units[i * d + dimension], 3);
            return column;
        }
    }

    internal async Task<AnomalyView> Anomalies(string run, CancellationToken stop, int count = 24)
    {
        Checked.Range("count", count, 1, MostStrange);
        ServedRun of = Named(run);
        ExampleSet held = await of.HeldOut(stop);
        ServedModel model = await of.Latest(stop);
        ExampleScore[] scores = await model.Scores(held).WaitAsync(stop);
        var report = new AnomalyReport(held, scores, [], model.Configuration.Model.HasLikelihood);
        (int Example, double Score)[] strangest = [.. report.Highest(count)];
        return new(
            model.Version, scores.Length, report.Ranked,
            [.. strangest.Select(one => new StrangeState(
                one.Example, held.Sources[one.Example], held.Labels is null ? null : held.NameOf(held.Labels[one.Example]),
                Math.Round(one.Score, 3), Math.Round(scores[one.Example].Reconstruction, 3), Math.Round(scores[one.Example].Kl, 3)))],
            ShownJson.Of(held.Select([.. strangest.Select(one => one.Example)])));
    }

    private ServedRun Named(string? name) => runs.FirstOrDefault(run => run.Name == name) ?? throw new RefusedException(
        StatusCodes.Status404NotFound, $"There is no run \"{name}\"; the runs are {string.Join(", ", runs.Select(run => run.Name))}.");

    private static Decoded Answer(ServedModel model, float[] values) => new(model.Version, Show(model, values));

    private static ShownJson Show(ServedModel model, float[] values) =>
        model.Configuration.Format.Symbols > 0 && model.Configuration.Model.Symbols == 0
            ? throw RefusedException.Missing("The run is of an earlier vaegpu, which took the symbols of text for numbers; train again.")
            : ShownJson.Of(model.Configuration.Format, values);

    private static byte[]? Labels(ServedModel model, string? label, int count) => model.Generation.Classes == 0 && label is null
        ? null
        : model.Generation.LabelsFor(count, Label(model, label));

    private static byte Label(ServedModel model, string? label)
    {
        if (model.Generation.Classes == 0)
            throw RefusedException.Wrong("\"label\" needs a conditional model; leave it out.");
        if (label is null)
            throw RefusedException.Wrong("The model is conditional: give a \"label\".");
        return LabelOption.Read(label, "label", model.Configuration);
    }

    private static ExampleSet Chosen(ExampleSet held, int[]? numbers)
    {
        Checked.Range("the number of examples", numbers?.Length ?? 0, 1, Most);
        foreach (int number in numbers!)
            Checked.Range("an example", number, 0, held.Count - 1);
        return held.Select(numbers);
    }

    private static ExampleSet ValuesOf(ServedModel model, EncodeRequest request)
    {
        ModelConfiguration of = model.Configuration.Model;
        float[] values = Checked.Rows("values", request.Values, of.DataDimensions, Most);
        if (of.Symbols > 0)
            Checked.Codes("255 times a value", values.Select(value => MathF.Round(255 * value)), of.Symbols);
        foreach ((int i, int categories) in of.Categories.Index())
        {
            int column = of.DataDimensions - of.Categories.Count + i;
            Checked.Codes($"value {column}", request.Values!.Select(row => row[column]), categories);
        }
        return new TableSet(values, Labels(model, request.Label, request.Values!.Length), of.DataDimensions);
    }
}
